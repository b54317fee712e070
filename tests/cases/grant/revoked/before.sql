create role {{unique}}_reader;
create table events (id bigint, name text);
grant select, delete, update (name) on events to {{unique}}_reader;
