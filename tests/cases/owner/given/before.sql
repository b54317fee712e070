create table events (id bigint primary key);
insert into events values (1);
