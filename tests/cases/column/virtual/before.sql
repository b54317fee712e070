create table things (a integer, c integer generated always as (a * 4) virtual, d integer generated always as (a * 5) stored);
insert into things values (1);
