CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_filled_pkey_new ON public.filled (n);

BEGIN;
ALTER TABLE public.filled DROP CONSTRAINT filled_pkey;
ALTER TABLE public.filled ADD CONSTRAINT filled_pkey PRIMARY KEY USING INDEX pgreconcile_filled_pkey_new;
ALTER TABLE public.filled DROP COLUMN m;
COMMIT;

BEGIN;
ALTER TABLE public.empty DROP CONSTRAINT empty_pkey;
ALTER TABLE public.empty ADD CONSTRAINT empty_pkey PRIMARY KEY (n);
ALTER TABLE public.empty DROP COLUMN m;
COMMIT;
