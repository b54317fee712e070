BEGIN;
ALTER TABLE public.events ADD COLUMN city text;
COMMIT;

BEGIN;
create statistics events_id_city on id, city from events;
COMMIT;

BEGIN;
alter table events set (fillfactor = 70);
COMMIT;
