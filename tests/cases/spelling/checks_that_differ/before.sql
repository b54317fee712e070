create function f(int) returns boolean language sql immutable as 'select $1 > 0';
create function g(int) returns boolean language sql immutable as 'select $1 > 0';
create table t (
    n int, s text,
    constraint c1 check (n > 0),
    constraint c2 check (f(n)),
    constraint c3 check (s collate "C" < 'z'),
    constraint c4 check (s < 'z'),
    constraint c5 check (n in (1, 2)),
    constraint c6 check (n > 0 and s > ''),
    constraint c7 check (n between 1 and 10)
);
create index i1 on t (f(n));
create index i2 on t (s collate "C");
create index i3 on t (s) where n > 0;
