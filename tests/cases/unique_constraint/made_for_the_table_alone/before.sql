create table q (id int) partition by range (id);
create table q1 partition of q for values from (0) to (10);
insert into q values (1), (2);
alter table only q add constraint q_id_key unique (id);
