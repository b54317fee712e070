create type mood as enum ('bad', 'good');
create table t (m mood default 'bad', constraint t_m check (m <> 'good'));
insert into t values ('bad');
