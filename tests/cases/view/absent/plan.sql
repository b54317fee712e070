BEGIN;
DROP VIEW public.older_events;
DROP VIEW public.old_events;
COMMIT;
