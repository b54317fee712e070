create table filled (n int, m int);
insert into filled values (1, 1);
create function total() returns bigint language sql return (select sum(m) from filled);
