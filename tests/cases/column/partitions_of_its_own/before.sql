create table t (id int not null, a text, b text, c text, d text) partition by list (id);
create table p1 partition of t for values in (1);
create table p2 partition of t for values in (2);
alter table t alter b set storage external;
alter table p1 alter b set storage external;
comment on column p1.a is 'of the first';
alter table p1 alter a set (n_distinct = 7);
alter table p2 alter b set storage extended;
alter table p2 alter c set (n_distinct = 5);
