create table events (id bigint, open boolean, name varchar(20));
create view same as select id, name from events where open and name in ('a', 'b');
create view appended as select id from events;
create view replaced as select id, name from events;
create view depends as select name from replaced;
create view options as select id from events;
create role {{unique}}_reader;
grant select on replaced to {{unique}}_reader;
comment on view replaced is 'kept';
