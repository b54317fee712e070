create table events (id bigint primary key, city text, open boolean not null default true);
create view open_events as select id, city from events where open;
create view cities as select distinct city from open_events;
create role {{unique}}_reader;
grant select on open_events to {{unique}}_reader;
