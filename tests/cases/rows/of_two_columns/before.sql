create table t (a int, b text, n int);
insert into t values (1, 'x', 0), (1, 'y', 5);
