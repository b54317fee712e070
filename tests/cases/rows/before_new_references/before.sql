create table kinds (id int primary key);
create table events (id int primary key, kept int);
insert into events values (1, 1);
