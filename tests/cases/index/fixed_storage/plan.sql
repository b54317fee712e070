BEGIN;
ALTER TABLE public.t DROP CONSTRAINT t_pkey;
ALTER TABLE public.t ADD CONSTRAINT t_pkey PRIMARY KEY (a) WITH (fillfactor = '60');
ALTER TABLE public.t DROP CONSTRAINT t_key;
ALTER TABLE public.t ADD CONSTRAINT t_key UNIQUE (a, b);
DROP INDEX public.t_idx;
CREATE INDEX t_idx ON public.t USING btree (b);
COMMIT;
