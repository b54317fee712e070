BEGIN;
-- ± column public.t.more
ALTER TABLE public.t DROP COLUMN more;
-- ± column public.t.more
ALTER TABLE public.t ADD COLUMN more int GENERATED ALWAYS AS (n + 1) VIRTUAL;
COMMIT;
