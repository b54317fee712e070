CREATE INDEX CONCURRENTLY t_added ON public.t USING btree (b desc);

CREATE INDEX CONCURRENTLY pgreconcile_t_changed_new ON public.t USING btree (a, b);

DROP INDEX CONCURRENTLY public.t_changed;

BEGIN;
ALTER INDEX public.pgreconcile_t_changed_new RENAME TO t_changed;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_t_made_unique_new ON public.t USING btree (a);

DROP INDEX CONCURRENTLY public.t_made_unique;

BEGIN;
ALTER INDEX public.pgreconcile_t_made_unique_new RENAME TO t_made_unique;
COMMIT;

CREATE INDEX CONCURRENTLY pgreconcile_t_method_new ON public.t USING hash (b);

DROP INDEX CONCURRENTLY public.t_method;

BEGIN;
ALTER INDEX public.pgreconcile_t_method_new RENAME TO t_method;
COMMIT;

CREATE INDEX CONCURRENTLY pgreconcile_t_predicate_new ON public.t USING btree (a) WHERE (a > 1);

DROP INDEX CONCURRENTLY public.t_predicate;

BEGIN;
ALTER INDEX public.pgreconcile_t_predicate_new RENAME TO t_predicate;
COMMIT;
