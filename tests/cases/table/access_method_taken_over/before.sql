create access method other type table handler heap_tableam_handler;
create table t (id int) partition by list (id) using other;
create table p1 partition of t for values in (1);
insert into t values (1);
create table moved (id int) partition by list (id);
create table m1 partition of moved for values in (1);
