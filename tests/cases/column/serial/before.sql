create table t (kept serial, made int not null, dropped serial, widened int);
insert into t (made) values (7), (8);
