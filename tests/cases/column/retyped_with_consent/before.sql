create type mood as enum ('sad', 'ok');
create table t (
    big bigint default 7, long varchar(20), number text, status text not null default 'ok', label mood default 'sad',
    yes text, cents int, list text[]
);
insert into t values (1, 'abc', '42', 'sad', 'ok', 't', 250, '{1,2}');
