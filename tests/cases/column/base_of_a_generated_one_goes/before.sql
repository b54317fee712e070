create table filled (a int, m int, z int generated always as (m * 2) stored);
insert into filled values (1, 1);
create table empty (a int, m int, z int generated always as (m * 2) stored, plain int generated always as (m) stored);
