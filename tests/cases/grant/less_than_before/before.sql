create role {{unique}}_reader;
create table events (id bigint, name text);
grant select, update, select (id) on events to {{unique}}_reader;
create table notes (id bigint);
grant select on notes to {{unique}}_reader with grant option;
grant create on schema public to {{unique}}_reader;
