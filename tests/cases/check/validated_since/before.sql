create function f(a int) returns int language sql immutable as 'select a';
create table t (a int constraint since check (f(a) > 0), b int constraint another check (b > 0), c int);
alter table t add constraint never check (f(c) > 0) not valid;
insert into t values (1, 1, 1);
