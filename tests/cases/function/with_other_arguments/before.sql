create function f(int) returns int language sql immutable as 'select $1';
create table t (a int default f(1), b int check (f(b) > 0), c int generated always as (f(1)) stored);
create index i on t (f(b));
create view v as select f(1) as x;
insert into t values (1, 1);
