BEGIN;
ALTER TABLE public.becomes ALTER COLUMN id SET DEFAULT pg_catalog.nextval('public.becomes_id_seq');
ALTER TABLE public.becomes ADD CONSTRAINT pgreconcile_becomes_id_not_null CHECK (id IS NOT NULL) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.becomes VALIDATE CONSTRAINT pgreconcile_becomes_id_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.becomes ALTER COLUMN id SET NOT NULL;
ALTER TABLE public.becomes DROP CONSTRAINT pgreconcile_becomes_id_not_null;
ALTER TABLE public.becomes ALTER COLUMN id2 DROP DEFAULT;
ALTER TABLE public.becomes ADD CONSTRAINT pgreconcile_becomes_id2_not_null CHECK (id2 IS NOT NULL) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.becomes VALIDATE CONSTRAINT pgreconcile_becomes_id2_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.becomes ALTER COLUMN id2 SET NOT NULL;
ALTER TABLE public.becomes DROP CONSTRAINT pgreconcile_becomes_id2_not_null;
DROP SEQUENCE public.becomes_id2_seq;
ALTER TABLE public.becomes ALTER COLUMN id2 ADD GENERATED ALWAYS AS IDENTITY;
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.becomes', 'id2'), pg_catalog.max(id2)) FROM public.becomes HAVING pg_catalog.max(id2) OPERATOR(pg_catalog.>=) 1;
ALTER TABLE public.becomes ALTER COLUMN other DROP DEFAULT, ALTER COLUMN other TYPE integer USING other::integer;
ALTER TABLE public.becomes ALTER COLUMN other SET DEFAULT pg_catalog.nextval('public.others');
ALTER SEQUENCE public.others AS integer;
ALTER SEQUENCE public.others INCREMENT BY 2;
COMMIT;
