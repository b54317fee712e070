DROP INDEX CONCURRENTLY public.pgreconcile_renamed_new;

CREATE INDEX CONCURRENTLY renamed ON public.t USING btree (a);

DROP INDEX CONCURRENTLY public.rebuilt_ccnew;

DROP INDEX CONCURRENTLY public.rebuilt_ccold;

DROP INDEX CONCURRENTLY public.rebuilt_ccold1;

DROP INDEX CONCURRENTLY public.pgreconcile_changed_new;

CREATE INDEX CONCURRENTLY pgreconcile_changed_new ON public.t USING btree (c desc);

DROP INDEX CONCURRENTLY public.changed;

BEGIN;
ALTER INDEX public.pgreconcile_changed_new RENAME TO changed;
COMMIT;
