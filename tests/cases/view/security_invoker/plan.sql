BEGIN;
ALTER VIEW public.made SET (security_invoker = true);
CREATE OR REPLACE VIEW public.kept WITH (security_invoker = true) AS
select id, 1 as more from events;
COMMIT;
