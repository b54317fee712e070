create table events (id bigint primary key);
create view old_events as select id from events;
create view older_events as select id from old_events;
