create table events (id bigint);
create view old_name as select id from events;
