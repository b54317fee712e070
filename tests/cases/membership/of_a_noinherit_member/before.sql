create role {{unique}}_one;
create role {{unique}}_two noinherit;
create role {{unique}}_three noinherit;
grant {{unique}}_one to {{unique}}_two with inherit true;
grant {{unique}}_one to {{unique}}_three;
create table t (a int);
grant select on t to {{unique}}_two, {{unique}}_three;
