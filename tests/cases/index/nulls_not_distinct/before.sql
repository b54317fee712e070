create table t (a int, b text);
create unique index t_b on t (b);
