create function next_one(a int) returns int language sql as 'select a';
create function used(a int) returns boolean language sql immutable as 'select a > 0';
create table t (a int default next_one(1), b int default next_one(2) + 1, c int default 3, d int, e int default next_one(4),
    constraint d_used check (used(d)));
create index t_used on t (used(d));
create index t_where on t (a) where used(a);
insert into t (d) values (1);
