BEGIN;
DROP INDEX public.t_more_idx;
ALTER TABLE public.t DROP COLUMN more;
ALTER TABLE public.t ADD COLUMN more int GENERATED ALWAYS AS (n + 2) STORED;
CREATE INDEX t_more_idx ON public.t USING btree (more);
COMMIT;
