create table mystery (id serial primary key, name text unique);
create index mystery_idx on mystery (name);
create view looks as select * from mystery;
create table known (id int);
