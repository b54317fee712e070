BEGIN;
REVOKE DELETE, UPDATE (name) ON TABLE public.events FROM {{unique}}_reader;
COMMIT;
