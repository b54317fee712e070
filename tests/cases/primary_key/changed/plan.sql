CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_t_pkey_new ON public.t (a, b);

BEGIN;
ALTER TABLE public.t DROP CONSTRAINT t_pkey;
ALTER TABLE public.t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX pgreconcile_t_pkey_new;
COMMIT;

BEGIN;
ALTER TABLE public.empty DROP CONSTRAINT empty_pkey;
ALTER TABLE public.empty ADD CONSTRAINT empty_pkey PRIMARY KEY (b, a);
COMMIT;
