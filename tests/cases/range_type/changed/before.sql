create role "{{unique}}";
create type same as range (subtype = float8, subtype_diff = float8mi, subtype_opclass = float8_ops);
create type changed as range (subtype = int4);
revoke usage on type changed from public;
create function f(r changed) returns int language sql as 'select 1';
create type old_range as range (subtype = text);
create table t (o old_range);
create type gone as range (subtype = text);
create type extra as range (subtype = text);
