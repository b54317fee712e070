create table plans (key text primary key, title text unique);
insert into plans values ('a', 'A'), ('b', 'B'), ('c', 'C'), ('d', 'D'), ('f', 'F');
create table places (id int primary key, place int not null unique);
insert into places values (1, 1), (2, 2), (3, 3);
create table late (id int primary key, place int not null, unique (place) deferrable);
insert into late values (1, 1), (2, 2);
