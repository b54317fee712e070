create role {{unique}}_r;
create role {{unique}}_s;
create table t (a int, b text);
create view w as select a, b from t;
grant select (a), select (b) on w to {{unique}}_r, {{unique}}_s;
