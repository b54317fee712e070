create role {{unique}}_reader;
create table kept (id serial);
create function f() returns int language sql as 'select 1';
grant usage on all sequences in schema public to {{unique}}_reader;
grant execute on all functions in schema public to {{unique}}_reader;
