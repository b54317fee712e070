create table clubs (id bigint);
create table members (id bigint primary key, club bigint, name text);
create table counts (number integer);
insert into clubs values (1), (1), (2);
insert into members values (1, 1, 'a'), (2, 2, null), (3, 9, 'c');
insert into counts values (0);
