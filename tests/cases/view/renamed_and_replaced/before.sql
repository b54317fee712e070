create table t (a int, b text);
create view v1 as select a from t;
create view over1 as select a from v1;
create materialized view m as select a from v1;
comment on view v1 is 'numbers';
create view w1 as select a from t;
create materialized view n as select a from w1;
create function f1(a int) returns int language sql immutable as 'select a';
create view g as select f1(a) as a from t;
