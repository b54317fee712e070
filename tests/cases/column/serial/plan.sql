BEGIN;
CREATE SEQUENCE public.t_made_seq AS integer;
ALTER SEQUENCE public.t_made_seq OWNED BY public.t.made;
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.t', 'made'), pg_catalog.max(made)) FROM public.t HAVING pg_catalog.max(made) OPERATOR(pg_catalog.>=) 1;
ALTER TABLE public.t ALTER COLUMN made SET DEFAULT pg_catalog.nextval('public.t_made_seq');
ALTER TABLE public.t ALTER COLUMN dropped DROP DEFAULT;
DROP SEQUENCE public.t_dropped_seq;
ALTER TABLE public.t ALTER COLUMN widened TYPE bigint;
COMMIT;
