BEGIN;
ALTER INDEX public.by_a RENAME TO t_a;
ALTER INDEX public.by_b RENAME TO t_b;
COMMIT;

CREATE INDEX CONCURRENTLY pgreconcile_t_b_new ON public.t USING btree (b desc);

DROP INDEX CONCURRENTLY public.t_b;

BEGIN;
ALTER INDEX public.pgreconcile_t_b_new RENAME TO t_b;
COMMIT;
