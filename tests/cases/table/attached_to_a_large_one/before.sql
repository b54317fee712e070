create table events (id bigint, name text) partition by list (id);
create table first partition of events for values in (1);
insert into events select 1, repeat('x', 200) from generate_series(1, 1000) n;
create table second (id bigint, name text);
insert into second values (2, 'b');
