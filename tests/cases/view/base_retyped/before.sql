create table events (id bigint primary key, city varchar(20), open boolean not null default true);
insert into events select n, 'city ' || n from generate_series(1, 100) n;
create view open_events as select id, city from events where open;
create view cities as select distinct city from open_events;
comment on view cities is 'each once';
create role {{unique}}_reader;
grant select on cities to {{unique}}_reader;
