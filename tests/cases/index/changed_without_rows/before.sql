create table t (a int, b text);
create index t_changed on t (a);
create unique index t_unique on t (a);
