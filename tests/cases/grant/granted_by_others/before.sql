create role {{unique}}_a;
create role {{unique}}_b;
create table t (id int);
grant select on t to {{unique}}_a with grant option;
set role {{unique}}_a;
grant select on t to {{unique}}_b;
reset role;
grant insert on t to {{unique}}_b;
