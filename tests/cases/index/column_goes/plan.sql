CREATE INDEX CONCURRENTLY pgreconcile_filled_n_new ON public.filled USING btree (n);

DROP INDEX CONCURRENTLY public.filled_n;

BEGIN;
ALTER INDEX public.pgreconcile_filled_n_new RENAME TO filled_n;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_filled_covering_new ON public.filled USING btree (n) WHERE (n > 0);

DROP INDEX CONCURRENTLY public.filled_covering;

BEGIN;
ALTER INDEX public.pgreconcile_filled_covering_new RENAME TO filled_covering;
ALTER TABLE public.filled DROP COLUMN m;
COMMIT;

BEGIN;
DROP INDEX public.empty_n;
CREATE INDEX empty_n ON public.empty USING btree (n);
ALTER TABLE public.empty DROP COLUMN m;
COMMIT;

BEGIN;
DROP INDEX public.parted_n;
CREATE INDEX parted_n ON public.parted USING btree (n);
COMMIT;

CREATE INDEX CONCURRENTLY pgreconcile_part_own_new ON public.part USING btree (n) WHERE (n > 0);

DROP INDEX CONCURRENTLY public.part_own;

BEGIN;
ALTER INDEX public.pgreconcile_part_own_new RENAME TO part_own;
COMMIT;

BEGIN;
ALTER TABLE public.parted DROP COLUMN m;
COMMIT;
