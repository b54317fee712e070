BEGIN;
CREATE ROLE {{unique}}_reader;
COMMIT;

BEGIN;
ALTER TABLE public.people RENAME COLUMN full_name TO name;
ALTER TABLE public.people ADD COLUMN "a (b)" text;
COMMIT;

BEGIN;
GRANT SELECT (id), SELECT (name), UPDATE ("a (b)") ON TABLE public.people TO {{unique}}_reader;
COMMIT;
