create table t (up int not null, down int not null, ahead int not null, filled int default 5);
insert into t values (7, -7, 7), (1, -1, 1);
create table i (down int not null, below int not null);
insert into i values (-7, -7), (-1, 0);
