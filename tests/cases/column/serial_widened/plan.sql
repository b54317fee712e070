BEGIN;
ALTER TABLE public.t ALTER COLUMN id TYPE bigint;
ALTER SEQUENCE public.t_id_seq AS bigint;
ALTER TABLE public.t ALTER COLUMN other TYPE bigint;
COMMIT;
