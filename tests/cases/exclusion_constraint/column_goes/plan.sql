BEGIN;
ALTER TABLE public.filled DROP CONSTRAINT filled_excl;
ALTER TABLE public.filled ADD CONSTRAINT filled_excl EXCLUDE USING gist (r with &&);
ALTER TABLE public.filled DROP COLUMN m;
COMMIT;

BEGIN;
ALTER TABLE public.empty DROP CONSTRAINT empty_excl;
ALTER TABLE public.empty ADD CONSTRAINT empty_excl EXCLUDE USING gist (r with &&);
ALTER TABLE public.empty DROP COLUMN m;
COMMIT;
