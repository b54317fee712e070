create table filled (n int, m int);
insert into filled values (1, 1);
create view seen as select m as n from filled;
