create table t (id serial primary key, other int generated always as identity);
insert into t default values;
