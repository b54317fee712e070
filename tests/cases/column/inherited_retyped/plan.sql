BEGIN;
DROP VIEW public.due_notes;
ALTER TABLE public.notes ALTER COLUMN class TYPE bigint;
CREATE VIEW public.due_notes AS
select class, due from task_notes;
COMMIT;

BEGIN;
DROP VIEW public.parts;
ALTER TABLE public.parted ALTER COLUMN n TYPE bigint;
CREATE VIEW public.parts AS
select n from part;
COMMIT;
