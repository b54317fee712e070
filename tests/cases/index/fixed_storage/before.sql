create table t (a int, constraint t_pkey primary key (a) with (fillfactor = 70), b int, constraint t_key unique (a, b) with (fillfactor = 70)) partition by list (a);
create table t_1 partition of t for values in (1);
create index t_idx on t (b) with (fillfactor = 70);
insert into t values (1, 1);
