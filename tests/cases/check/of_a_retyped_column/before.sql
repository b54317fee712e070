create table t (id int primary key, v text constraint changed check (v <> ''), constraint kept check (id > 0));
insert into t values (1, '5');
