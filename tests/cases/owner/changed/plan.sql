BEGIN;
ALTER ROLE {{unique}}_old RENAME TO {{unique}}_new;
COMMIT;

BEGIN;
ALTER TABLE public.events OWNER TO {{unique}}_owner;
COMMIT;

BEGIN;
GRANT SELECT ON TABLE public.events TO {{unique}}_former;
COMMIT;
