create table t (a int, b int unique, c int);
create index by_a on t (a);
