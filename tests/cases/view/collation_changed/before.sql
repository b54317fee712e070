create table t (a text, b text collate "C");
create view v as select a, b from t;
create view w as select a, b from t;
create view x as select a, b from t;
