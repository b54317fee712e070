BEGIN;
DO $$ BEGIN SET LOCAL ROLE {{unique}}_a; REVOKE SELECT ON TABLE public.t FROM {{unique}}_c; RESET ROLE; END $$;
DO $$ BEGIN SET LOCAL ROLE {{unique}}_b; REVOKE SELECT ON TABLE public.t FROM {{unique}}_a; RESET ROLE; END $$;
REVOKE SELECT ON TABLE public.t FROM {{unique}}_b;
DO $$ BEGIN SET LOCAL ROLE {{unique}}_c; REVOKE SELECT ON TABLE public.u FROM {{unique}}_a; RESET ROLE; END $$;
REVOKE GRANT OPTION FOR INSERT, SELECT ON TABLE public.u FROM {{unique}}_c;
COMMIT;
