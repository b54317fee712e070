create table t (a int, b text);
create view same as select from t group by a having count(*) > 1;
create view filled as select;
create view emptied as select a from t;
