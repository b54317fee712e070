create table t (id int primary key, n int, more int generated always as (n + 1) stored);
create index t_more_idx on t (more);
insert into t (id, n) values (1, 1), (2, 2);
