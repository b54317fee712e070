create table days (day integer primary key) partition by list (day);
create table days_1 partition of days for values in (1);
create table days_2 partition of days for values in (2);
insert into days values (1), (2);
create table visits (day integer, host integer);
insert into visits values (1, 1), (2, 2);
