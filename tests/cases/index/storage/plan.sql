CREATE INDEX CONCURRENTLY events_new ON public.events USING btree (id desc nulls last, name collate "C" text_pattern_ops) INCLUDE ("Größe") WITH (deduplicate_items = 'false', fillfactor = '70') WHERE (id > 0);

BEGIN;
ALTER INDEX public.events_changed SET (fillfactor = '70');
ALTER INDEX public.events_expressions ALTER COLUMN 1 SET STATISTICS 500;
ALTER INDEX public.events_expressions ALTER COLUMN 3 SET STATISTICS 100;
ALTER TABLE public.events CLUSTER ON events_clustered;
COMMIT;
