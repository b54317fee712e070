create view gone as select 1;
create table t ();
