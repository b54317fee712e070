create type mood as enum ('sad', 'it''s');
create schema tools;
create function tools.next() returns int language sql as 'select 1';
create function public.next_here() returns int language sql as 'select 1';
create table t (
    a1 timestamptz default now(), a2 timestamptz default CURRENT_TIMESTAMP, a3 timestamp default localtimestamp,
    a4 date default current_date, a5 timestamptz default now() + interval '90 days', a6 timestamp default (now() at time zone 'utc'),
    b1 text default 'x', b2 varchar(10) default 'x', b3 text default '', b4 text default null, b5 char(3) default 'a', b6 text default 'it''s', b7 text default E'a\\b\n',
    b8 text default current_user, b9 text default upper('x') || 'y',
    c1 int default -1, c2 bigint default 1, c3 numeric(10,2) default 0, c4 numeric default 1.50, c5 double precision default 0.1, c6 int default 2 * (3 + 4), c7 smallint default 1,
    c8 real default '1.5',
    d1 int[] default '{}', d2 text[] default array['a','b'], d3 int[] default array[1,2]::int[], d4 text[] default array[]::text[], d5 text[] default '{a,b}'::text[],
    e1 jsonb default '{}', e2 jsonb default '{"a": [1, 2]}'::jsonb, e3 json default '[]', e4 jsonb default jsonb_build_object('a', 1),
    f1 interval default '90 days', f2 interval default interval '1 hour', f3 interval default make_interval(days => 3),
    g1 bool default true, g2 boolean default 'f', g3 uuid default gen_random_uuid(), g4 bytea default '\x00ff', g5 inet default '127.0.0.1', g6 bit(3) default B'101', g7 date default '2020-01-02', g8 timestamptz default '2020-01-02 03:04+02',
    h1 mood default 'sad', h2 mood default 'it''s'::public.mood, h3 mood[] default '{sad}',
    i1 int default tools.next(), i2 int default next_here(), i3 text default case when true then 'a' else 'b' end, i4 int default coalesce(null, 1), i5 text default ('a' || 1)
);
