BEGIN;
REVOKE SELECT ON TABLE public.events FROM {{unique}}_reader;
GRANT SELECT (id) ON TABLE public.events TO {{unique}}_reader;
GRANT UPDATE ON TABLE public.events TO {{unique}}_reader WITH GRANT OPTION;
REVOKE GRANT OPTION FOR SELECT ON TABLE public.notes FROM {{unique}}_reader;
REVOKE CREATE ON SCHEMA public FROM {{unique}}_reader;
COMMIT;
