create table t (a int, b int, c int);
insert into t values (1, 1, 1);
create unique index t_a_key on t (a);
create unique index t_b_key on t (b);
update pg_index set indisvalid = false where indexrelid = 't_b_key'::regclass;
create index t_c_key on t (c);
