create extension btree_gist;
create table rooms (id integer not null, valid daterange not null, constraint rooms_key unique (id, valid));
insert into rooms values (1, '[2026-01-01,2027-01-01)');
create table stays (room integer, during daterange);
alter table stays add constraint stays_room foreign key (room, during) references rooms (id, valid);
