BEGIN;
ALTER TABLE public.people RENAME TO persons;
ALTER TABLE public.persons ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE public.people_id_seq;
ALTER TABLE public.persons ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('public.persons', 'id'), max(id)) FROM public.persons HAVING max(id) >= 1;
ALTER TABLE public.persons ALTER COLUMN number DROP DEFAULT;
DROP SEQUENCE public.people_number_seq;
COMMIT;
