create table b (id integer primary key, x integer constraint b_x unique);
alter table b cluster on b_pkey;
insert into b values (1, 1);
