BEGIN;
REFRESH MATERIALIZED VIEW public.filled;
CREATE MATERIALIZED VIEW public.empty WITH (fillfactor = '50') AS
select id from events
WITH NO DATA;
COMMIT;

BEGIN;
ALTER MATERIALIZED VIEW public.tuned SET (autovacuum_enabled = 'false', fillfactor = '70');
COMMIT;
