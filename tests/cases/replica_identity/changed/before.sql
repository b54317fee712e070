create table a (x integer);
create table c (x integer);
alter table c replica identity full;
create table d (x integer not null, y integer not null);
create unique index d_idx on d (x);
alter table d replica identity using index d_idx;
insert into d values (1, 2);
