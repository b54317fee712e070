BEGIN;
DROP VIEW public.w;
CREATE VIEW public.w AS
select a from t;
GRANT SELECT (a) ON TABLE public.w TO {{unique}}_r;
GRANT SELECT (a) ON TABLE public.w TO {{unique}}_s;
COMMIT;
