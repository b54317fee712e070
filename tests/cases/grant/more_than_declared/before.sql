create role {{unique}}_reader;
create table events (id bigint, name text);
grant select, delete on events to {{unique}}_reader;
