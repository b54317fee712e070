create table events (id integer, name text, "Größe" numeric);
create index events_changed on events (id, name) with (fillfactor = 90) where id > 0;
create index events_same on events (id nulls first) with (fillfactor = 70, deduplicate_items = off) where id > 1;
create index events_drift on events (id) with (fillfactor = 90);
create index events_expressions on events (lower(name), id, (id + 1));
alter index events_expressions alter column 1 set statistics 200;
create index events_clustered on events (name);
alter table events cluster on events_drift;
insert into events values (1, 'a', 1);
