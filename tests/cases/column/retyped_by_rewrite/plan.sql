BEGIN;
ALTER TABLE public.t ALTER COLUMN small TYPE integer;
ALTER TABLE public.t ALTER COLUMN medium TYPE bigint;
ALTER TABLE public.t ALTER COLUMN day TYPE timestamp;
ALTER TABLE public.t ALTER COLUMN local TYPE timestamptz;
ALTER TABLE public.t ALTER COLUMN doc TYPE jsonb;
ALTER TABLE public.t ALTER COLUMN real4 TYPE double precision;
COMMIT;
