BEGIN;
ALTER TABLE public.t ALTER COLUMN small TYPE integer, ALTER COLUMN medium TYPE bigint, ALTER COLUMN day TYPE timestamp, ALTER COLUMN local TYPE timestamptz, ALTER COLUMN doc TYPE jsonb, ALTER COLUMN real4 TYPE double precision;
COMMIT;
