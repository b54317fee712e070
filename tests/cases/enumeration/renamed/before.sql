create type temper as enum ('bad', 'good');
create table t (m temper default 'bad', ms temper[]);
insert into t values ('bad');
