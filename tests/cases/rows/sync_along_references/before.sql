create table kinds (id int primary key);
create table events (id int primary key, kind int references kinds);
insert into kinds values (5);
insert into events values (5, 5);
