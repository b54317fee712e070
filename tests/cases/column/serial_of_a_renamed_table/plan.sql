BEGIN;
ALTER TABLE public.people RENAME TO persons;
ALTER TABLE public.persons ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE public.people_id_seq;
ALTER TABLE public.persons ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.persons', 'id'), pg_catalog.max(id)) FROM public.persons HAVING pg_catalog.max(id) OPERATOR(pg_catalog.>=) 1;
ALTER TABLE public.persons ALTER COLUMN number DROP DEFAULT;
DROP SEQUENCE public.people_number_seq;
COMMIT;
