create table people (id integer primary key);
create table visits (day integer, host integer) partition by list (day);
create table visits_1 partition of visits for values in (1, 2);
insert into visits values (1, 1), (2, 2);
insert into people values (1);
