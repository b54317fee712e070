create table events (id bigint, seats integer);
insert into events values (1, 2);
