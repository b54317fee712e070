create table t (n numeric, constraint positive check (n > 0 and n <> 7));
insert into t values (1);
