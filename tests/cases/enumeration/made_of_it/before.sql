create role {{unique}}_reader;
create type mood as enum ('new', 'sad', 'ok');
create type other as enum ('x');
create domain lasting as mood default 'ok' constraint lasting_check check (value <> 'new');
comment on domain lasting is 'kept';
comment on constraint lasting_check on domain lasting is 'kept too';
create domain moods as mood[] not null;
create type pair as (m mood, n int, others other[]);
create type pairs as (first pair, rest pair[], l lasting);
create domain checked as pair check ((value).n > 0);
comment on column pair.m is 'of the pair';
grant usage on type pair to {{unique}}_reader;
revoke usage on type lasting from public;
create table parents (m mood primary key, l lasting unique);
create table t (
    id int primary key, m mood references parents, l lasting default 'sad', many lasting[], ms moods,
    p pair, ps pair[], deep pairs, c checked,
    constraint deep_check check ((deep).rest is not null)
);
insert into parents values ('ok', 'ok'), ('sad', 'sad');
insert into t values (1, 'ok', 'sad', '{ok,sad}', '{ok}', ('ok', 1, '{x}'), array[('sad', 2, null)::pair],
    (('ok', 1, null)::pair, array[('sad', 2, '{x}')::pair], 'ok')::pairs, ('ok', 1, null));
create index t_l on t (l) where l::mood = 'ok';
create view v as select (p).m, l, deep from t;
create function f(a pair, b lasting) returns mood language sql as 'select (a).m';
create function g() returns setof lasting language sql as 'select l from t';
create cast (text as mood) with inout as assignment;
create foreign data wrapper elsewhere;
create server archive foreign data wrapper elsewhere;
create foreign table away (m mood default 'ok', ms moods) server archive;
create table parted (k int, m mood, l lasting) partition by list (k);
create table parted_ok partition of parted for values in (1);
