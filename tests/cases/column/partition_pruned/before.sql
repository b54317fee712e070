create table t (id int, a text) partition by list (id);
create table p1 partition of t for values in (1);
comment on column p1.a is 'of the first';
create table p2 partition of t for values in (2);
alter table p2 alter a set (n_distinct = 7);
