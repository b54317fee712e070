create role {{unique}}_reader;
create role {{unique}}_writer;
create table events (id bigint, name text);
grant select on events to {{unique}}_reader;
grant select (name) on events to {{unique}}_writer;
grant insert on events to {{unique}}_writer;
