create table people (id bigint primary key, email varchar(20));
create table visits (id bigint primary key, person bigint);
insert into people values (1, 'a'), (2, 'a'), (3, 'b');
insert into visits values (10, 1), (20, 2), (30, 3);
create view everyone as select email from people;
