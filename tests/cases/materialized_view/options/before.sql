create table events (id bigint);
insert into events values (1);
create materialized view filled as select id from events with no data;
create materialized view tuned with (fillfactor = 90, parallel_workers = 2) as select id from events;
