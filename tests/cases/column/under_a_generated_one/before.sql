create role {{unique}}_reader;
create function twice(a int) returns int language sql immutable as 'select 2 * a';
create table t (id int primary key, name varchar(20), n int,
  upper text generated always as (upper(name)) stored not null,
  double int generated always as (twice(n)) stored);
comment on column t.upper is 'loud';
alter table t alter upper set statistics 300;
grant select (upper) on t to {{unique}}_reader;
create index t_upper_idx on t (upper);
create unique index t_lower_idx on t (lower(upper));
alter table t add constraint t_upper_check check (upper <> 'X');
alter table t add constraint t_double_key unique (double);
create view loud as select id, upper from t where double > 0;
grant select on loud to {{unique}}_reader;
insert into t (id, name, n) values (1, 'a', 1), (2, 'b', 2);
