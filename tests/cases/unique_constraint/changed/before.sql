create table t (a int, b int, constraint t_key unique (a), constraint t_at_end unique (b));
insert into t values (1, 2);
