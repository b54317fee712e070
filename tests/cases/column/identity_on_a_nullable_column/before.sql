create table t (made int);
insert into t (made) values (7), (8);
