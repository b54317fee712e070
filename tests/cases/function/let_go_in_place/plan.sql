BEGIN;
DROP STATISTICS public.filled_stat;
ALTER TABLE public.filled ALTER COLUMN n SET DEFAULT 2;
CREATE STATISTICS public.filled_stat ON n, r FROM public.filled;
COMMIT;

BEGIN;
ALTER TABLE public.filled DROP CONSTRAINT filled_excl;
ALTER TABLE public.filled ADD CONSTRAINT filled_excl EXCLUDE USING gist (r with &&);
ALTER TABLE public.filled DROP CONSTRAINT filled_check;
ALTER TABLE public.filled ADD CONSTRAINT filled_check CHECK (n > 0) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.filled VALIDATE CONSTRAINT filled_check;
COMMIT;

BEGIN;
CREATE OR REPLACE RULE noted AS ON DELETE TO public.filled WHERE (old.n > 0) DO ALSO select 1;
ALTER POLICY own ON public.filled USING (n > 0);
COMMIT;

CREATE INDEX CONCURRENTLY pgreconcile_filled_f_new ON public.filled USING btree (n);

DROP INDEX CONCURRENTLY public.filled_f;

BEGIN;
ALTER INDEX public.pgreconcile_filled_f_new RENAME TO filled_f;
COMMIT;

BEGIN;
CREATE OR REPLACE VIEW public.seen AS
select n from filled;
DROP FUNCTION public.f(integer);
COMMIT;
