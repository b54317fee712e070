create table t (small smallint default 1, medium int not null default 2, day date, local timestamp, doc json, real4 real);
insert into t values (1, 2, '2020-01-02', '2020-01-02 03:04', '{"a": 1}', 0.5);
create index t_medium on t (medium);
