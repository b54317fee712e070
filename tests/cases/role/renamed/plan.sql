BEGIN;
ALTER ROLE {{unique}}_old RENAME TO {{unique}}_new;
GRANT {{unique}}_new TO {{unique}}_member;
GRANT SELECT ON TABLE public.events TO {{unique}}_new;
COMMIT;
