BEGIN;
CREATE TABLE public.others (
    code text NOT NULL,
    CONSTRAINT others_pkey PRIMARY KEY (code)
);
INSERT INTO public.others (code) SELECT 'a'::text WHERE NOT EXISTS (SELECT FROM public.others t WHERE t.code OPERATOR(pg_catalog.=) 'a'::text) ON CONFLICT (code) DO NOTHING;
COMMIT;

BEGIN;
ALTER TABLE public.children DROP CONSTRAINT c_action;
ALTER TABLE public.children ADD CONSTRAINT c_action FOREIGN KEY (action) REFERENCES public.parents ON DELETE SET NULL NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.children VALIDATE CONSTRAINT c_action;
COMMIT;

BEGIN;
ALTER TABLE public.children ALTER CONSTRAINT c_later DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE public.children ALTER CONSTRAINT c_sooner NOT DEFERRABLE;
ALTER TABLE public.children DROP CONSTRAINT c_target;
ALTER TABLE public.children ADD CONSTRAINT c_target FOREIGN KEY (target) REFERENCES public.others NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.children VALIDATE CONSTRAINT c_target;
COMMIT;

BEGIN;
ALTER TABLE public.children DROP CONSTRAINT c_columns;
ALTER TABLE public.children ADD CONSTRAINT c_columns FOREIGN KEY (same) REFERENCES public.parents NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.children VALIDATE CONSTRAINT c_columns;
COMMIT;
