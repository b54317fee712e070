create table log (n int, m int);
create table filled (n int, m int);
insert into filled values (1, 1);
create rule logged as on update to filled do also insert into log (n, m) values (new.n, new.m);
