-- a table has a type of its name
create table status (id int constraint statuses_pkey primary key, number int);
insert into status values (1, 2);
create view kind as select 1 as id;
-- indexes and those of constraints are relations
create table t (id int, number int, constraint taken unique (id));
create index free on t (number);
create table u (id int);
-- a table goes into another schema with its indexes
create schema other;
create table other.moved (id int, constraint moved_pkey primary key (id));
create table stays (id int);
create index moved_pkey on stays (id);
