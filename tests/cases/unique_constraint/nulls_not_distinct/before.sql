create table t (a int, b int, c int constraint t_c unique nulls not distinct, d int constraint t_d unique);
insert into t values (1, null, 1, 1), (2, null, null, 2), (3, 3, 3, 3);
