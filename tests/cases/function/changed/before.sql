create function same(a int) returns int language sql immutable as 'select a';
create function body(a int) returns int language sql as 'select 0';
create function attributes(a int) returns int language sql as 'select a';
create function taken_off() returns int language sql stable strict security definer set work_mem = '1MB' as 'select 1';
create function spoken() returns int language sql as 'select 1';
create function hardened() returns void language sql as 'select 1';
create table t (a int check (same(a) > 0));
