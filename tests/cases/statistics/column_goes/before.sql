create table filled (a int, b int, m int);
insert into filled values (1, 1, 1);
create statistics filled_stat on a, m from filled;
