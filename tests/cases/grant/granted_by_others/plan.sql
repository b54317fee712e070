BEGIN;
REVOKE INSERT ON TABLE public.t FROM {{unique}}_b;
DO $$ BEGIN SET LOCAL ROLE {{unique}}_a; REVOKE SELECT ON TABLE public.t FROM {{unique}}_b; RESET ROLE; END $$;
COMMIT;
