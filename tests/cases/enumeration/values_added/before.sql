create type mood as enum ('b', 'd', 'f');
create table t (m mood default 'b');
insert into t values ('d');
