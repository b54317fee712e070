create type mood as enum ('sad');
create function f1(a int, b character varying default 'x') returns int language sql as 'select 1';
create function f2(timestamptz, numeric(3,1), int[]) returns setof text language sql as 'select null';
create function f3() returns table (a int, b varchar) language sql as 'select 1, null';
create function f4(mood) returns mood language sql as 'select $1';
create function f5(a int, out b int, inout c text) language sql as 'select 1, null';
create function f6(variadic anyarray) returns anyelement language sql as 'select $1[1]';
create function f7(a double precision, b interval default interval '1 day') returns void language sql as '';
