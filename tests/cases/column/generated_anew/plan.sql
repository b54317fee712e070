BEGIN;
-- ± index public.t.t_more_idx
DROP INDEX public.t_more_idx;
-- ± column public.t.more
ALTER TABLE public.t DROP COLUMN more;
-- ± column public.t.more
ALTER TABLE public.t ADD COLUMN more int GENERATED ALWAYS AS (n + 2) STORED;
-- ± index public.t.t_more_idx
CREATE INDEX t_more_idx ON public.t USING btree (more);
COMMIT;
