create table t (a int, b int);
insert into t values (1, 1);
create index t_a on t (a);
update pg_index set indisvalid = false where indexrelid = 't_a'::regclass;
