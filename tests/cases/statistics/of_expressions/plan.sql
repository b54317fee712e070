BEGIN;
DROP STATISTICS public.other;
CREATE STATISTICS public.other ON (upper(city)) FROM public.events;
COMMIT;

BEGIN;
CREATE STATISTICS public.single ON (lower(city || 'x')) FROM public.events;
COMMIT;
