BEGIN;
CREATE SEQUENCE public.t_made_seq AS integer;
ALTER SEQUENCE public.t_made_seq OWNED BY public.t.made;
SELECT setval(pg_get_serial_sequence('public.t', 'made'), max(made)) FROM public.t HAVING max(made) >= 1;
ALTER TABLE public.t ALTER COLUMN made SET DEFAULT nextval('public.t_made_seq');
ALTER TABLE public.t ALTER COLUMN dropped DROP DEFAULT;
DROP SEQUENCE public.t_dropped_seq;
ALTER TABLE public.t ALTER COLUMN widened TYPE bigint;
COMMIT;
