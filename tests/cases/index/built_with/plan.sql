CREATE INDEX CONCURRENTLY pgreconcile_events_brin_new ON public.events USING brin (id) WITH (autosummarize = 'true', pages_per_range = '16');

DROP INDEX CONCURRENTLY public.events_brin;

BEGIN;
ALTER INDEX public.pgreconcile_events_brin_new RENAME TO events_brin;
ALTER INDEX public.events_same SET (autosummarize = 'true');
ALTER INDEX public.events_gin SET (fastupdate = 'false', gin_pending_list_limit = '128');
COMMIT;

CREATE INDEX CONCURRENTLY pgreconcile_events_bloom_new ON public.events USING bloom (id) WITH (col1 = '4', length = '160');

DROP INDEX CONCURRENTLY public.events_bloom;

BEGIN;
ALTER INDEX public.pgreconcile_events_bloom_new RENAME TO events_bloom;
COMMIT;
