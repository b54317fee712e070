create table kinds (id int primary key);
create table events (id int primary key, kind int references kinds);
create table notes (id int primary key, event int references events);
insert into kinds values (5);
insert into events values (5, 5);
insert into notes values (5, 5);
