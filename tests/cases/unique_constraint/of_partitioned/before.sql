create table visits (day integer, host integer, note text) partition by list (day);
create table visits_1 partition of visits for values in (1);
create table visits_2 partition of visits for values in (2);
create table taken partition of visits for values in (3);
insert into visits values (1, 1), (2, 2), (2, 2);
