create table filled (n int, m int, primary key (n, m));
insert into filled values (1, 1);
create table empty (n int, m int, primary key (n, m));
