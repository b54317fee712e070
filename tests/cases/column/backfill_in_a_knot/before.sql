create table people (id bigint, name varchar(20), email varchar(40), club bigint);
insert into people values (1, null, 'a@x', 7), (2, 'b', 'b@x', null), (3, 'b', 'b@x', 1);
create table clubs (id bigint primary key);
insert into clubs values (1);
create view everyone as select id, name, email, club from people;
