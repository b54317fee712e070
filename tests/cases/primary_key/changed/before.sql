create table t (a int, b int not null, primary key (a));
insert into t values (1, 2);
create table empty (a int, b int, primary key (a, b));
