create table events (id bigint);
create role {{unique}}_writer;
grant select, insert, update, delete, truncate, references, trigger on events to {{unique}}_writer;
