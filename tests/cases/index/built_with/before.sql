CREATE EXTENSION bloom;
CREATE TABLE public.events (id int, words tsvector);
CREATE INDEX events_brin ON public.events USING brin (id) WITH (pages_per_range = 64, autosummarize = off);
CREATE INDEX events_same ON public.events USING brin (id) WITH (pages_per_range = 64, autosummarize = off);
CREATE INDEX events_gin ON public.events USING gin (words) WITH (fastupdate = on);
CREATE INDEX events_bloom ON public.events USING bloom (id) WITH (length = 80, col1 = 2);
CREATE INDEX events_beyond ON public.events USING brin (id) WITH (pages_per_range = 32);
INSERT INTO public.events SELECT g, 'a b' FROM generate_series(1, 100) g;
