create table events (id bigint);
insert into events values (1);
