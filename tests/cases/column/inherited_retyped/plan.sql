BEGIN;
-- ± view public.due_notes
DROP VIEW public.due_notes;
ALTER TABLE public.notes ALTER COLUMN class TYPE bigint;
-- ± view public.due_notes
CREATE VIEW public.due_notes AS
select class, due from task_notes;
COMMIT;

BEGIN;
-- ± view public.parts
DROP VIEW public.parts;
ALTER TABLE public.parted ALTER COLUMN n TYPE bigint;
-- ± view public.parts
CREATE VIEW public.parts AS
select n from part;
COMMIT;
