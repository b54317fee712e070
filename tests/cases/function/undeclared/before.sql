create extension pg_trgm;
create function f(a int, b text) returns int language sql as 'select a';
create procedure p() language sql as 'select 1';
