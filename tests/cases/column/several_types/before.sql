create table t (id int primary key, a int, b int default 7, d varchar(9), e int, f int);
create index on t (a);
insert into t select g, g, g, g, g, g from generate_series(1, 9) g;
