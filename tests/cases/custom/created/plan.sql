BEGIN;
create view all_events as select id from events;
COMMIT;

BEGIN;
alter table events set (fillfactor = 70);
COMMIT;
