CREATE TABLE public.events (id int, name text);
CREATE INDEX events_old ON public.events (id);
CREATE TABLE public.notes (id int, name text);
CREATE INDEX notes_old ON public.notes (id);
INSERT INTO public.notes VALUES (1, 'one');
