BEGIN;
CREATE OR REPLACE RULE other AS ON DELETE TO public.events DO INSTEAD NOTHING;
ALTER TABLE public.events ENABLE REPLICA RULE off;
ALTER RULE before ON public.events RENAME TO now;
COMMIT;

BEGIN;
CREATE RULE "to events" AS ON INSERT TO public.v DO INSTEAD insert into events values (new.id);
COMMENT ON RULE other ON public.events IS 'nothing goes';
COMMIT;
