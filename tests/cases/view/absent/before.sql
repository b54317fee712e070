create view gone as select 1 as a;
create table t (a int);
