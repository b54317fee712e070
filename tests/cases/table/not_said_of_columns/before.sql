create extension pg_trgm;
create type span as range (subtype = int, multirange_type_name = multirange_of_span);
comment on type multirange_of_span is 'x';
create table t (a int constraint own_name not null, b int not null no inherit, c int not null, d text, e int);
alter table t add constraint later not null e not valid;
create table child (a int constraint name_of_child not null) inherits (t);
create index t_d on t (d);
alter index t_d depends on extension pg_trgm;
