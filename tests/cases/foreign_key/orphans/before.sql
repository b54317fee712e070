create table parents (id bigint primary key);
create table children (id bigint primary key, parent bigint, note text);
create table grandchildren (child bigint references children on delete cascade, note text);
create table nulled (id bigint, parent bigint);
insert into parents values (1), (2);
insert into children values (1, 1, 'stays'), (2, 9, 'goes'), (3, null, 'stays too');
insert into grandchildren values (1, 'stays'), (2, 'goes along');
insert into nulled values (1, 2), (2, 8);
