create role "{{unique}}";
create type mood as enum ('b', 'a', 'c');
revoke all on type mood from public;
create table t (m mood primary key);
insert into t values ('a'), ('b');
create type unused as enum ('b', 'a', 'gone');
create table parted (m mood, n int) partition by list (n);
create table part partition of parted for values in (1);
insert into parted values ('a', 1);
