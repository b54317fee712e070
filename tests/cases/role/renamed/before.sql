create role {{unique}}_old login;
create role {{unique}}_group;
create role {{unique}}_member in role {{unique}}_old;
grant {{unique}}_group to {{unique}}_old;
create table events (id int);
grant select on events to {{unique}}_old;
