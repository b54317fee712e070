BEGIN;
DROP RULE kept ON public.events;
ALTER TABLE public.events ALTER COLUMN name TYPE text;
CREATE RULE kept AS ON INSERT TO public.events WHERE (new.name <> '') DO ALSO delete from other;
ALTER TABLE public.events ENABLE ALWAYS RULE kept;
COMMENT ON RULE kept ON public.events IS 'kept';
COMMIT;
