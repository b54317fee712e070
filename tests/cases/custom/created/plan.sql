BEGIN;
ALTER TABLE public.events ADD COLUMN city text;
COMMIT;

BEGIN;
create statistics events_id_city on id, city from events;
COMMIT;

BEGIN;
create conversion from_latin1 for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
COMMIT;
