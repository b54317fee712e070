create table t (a int, b int);
create index by_a on t (a);
create index by_b on t (b);
insert into t values (1, 1);
