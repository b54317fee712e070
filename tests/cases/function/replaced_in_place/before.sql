create function named(int) returns int language sql as 'select $1';
create function defaults(a int, b int default 1) returns int language sql as 'select a';
create function more_defaults(a int, b int) returns int language sql as 'select a';
create function used(a int, b int) returns int language sql immutable as 'select a';
create table t (a int check (used(a, 1) > 0) default more_defaults(1, 2));
create view v as select used(a, 1) from t;
