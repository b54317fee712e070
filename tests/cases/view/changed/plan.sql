BEGIN;
DROP VIEW public.depends;
DROP VIEW public.replaced;
CREATE VIEW public.replaced AS
select name from events;
CREATE VIEW public.depends AS
select name from replaced;
GRANT SELECT ON TABLE public.replaced TO {{unique}}_reader;
COMMENT ON VIEW public.replaced IS 'kept';
COMMIT;

BEGIN;
CREATE OR REPLACE VIEW public.appended AS
select id, name from events;
ALTER VIEW public.options SET (security_barrier = true);
COMMIT;
