create table filled (n int, m int, constraint filled_check check (n > 0 and m > 0));
insert into filled values (1, 1);
create table empty (n int, m int, constraint empty_check check (n > 0 and m > 0));
create table empty_parted (n int, m int) partition by list (n);
create table part partition of empty_parted (constraint part_check check (n > 0 and m > 0)) for values in (1);
create table heir (o int, constraint heir_check check (o > m)) inherits (filled);
