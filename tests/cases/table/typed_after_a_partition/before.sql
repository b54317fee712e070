create type pair as (a int, b int);
create table parted (a int, b int) partition by list (a);
create table part partition of parted for values in (1);
create table typed of pair;
create table heir of pair;
create table parent (a int, b int);
insert into parted values (1, 1);
