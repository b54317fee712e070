CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_a_x_new ON public.a USING btree (x, y);

BEGIN;
ALTER TABLE public.a REPLICA IDENTITY USING INDEX pgreconcile_a_x_new;
ALTER TABLE public.a CLUSTER ON pgreconcile_a_x_new;
COMMIT;

DROP INDEX CONCURRENTLY public.a_x;

BEGIN;
ALTER INDEX public.pgreconcile_a_x_new RENAME TO a_x;
ALTER TABLE public.a REPLICA IDENTITY USING INDEX a_x;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_b_x_new ON public.b USING btree (x, y);

BEGIN;
ALTER TABLE public.b REPLICA IDENTITY USING INDEX pgreconcile_b_x_new;
COMMIT;

DROP INDEX CONCURRENTLY public.b_x;

BEGIN;
ALTER INDEX public.pgreconcile_b_x_new RENAME TO b_x;
ALTER TABLE public.b REPLICA IDENTITY USING INDEX b_x;
COMMIT;
