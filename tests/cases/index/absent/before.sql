create table t (a int);
create index by_a on t (a);
create table filled (a int);
create index filled_a on filled (a);
insert into filled values (1);
