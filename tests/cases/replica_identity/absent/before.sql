create table a (x integer);
alter table a replica identity full;
