create extension citext;
create type mood as enum ('sad');
create table t (
    a1 varchar(10), a2 character varying(10), a3 varchar, a4 text, a5 char(3), a6 "char", a7 char, a8 bpchar, a9 name,
    b1 int, b2 integer, b3 int4, b4 int2, b5 int8, b6 smallint, b7 bigint,
    c1 decimal(10), c2 numeric(10,0), c3 numeric, c4 numeric(10, 2), c5 dec(3,1),
    d1 float(24), d2 real, d3 float, d4 double precision, d5 float8, d6 float(53),
    e1 timestamp, e2 timestamp without time zone, e3 timestamptz, e4 timestamp with time zone, e5 timestamptz(3),
    e6 timestamp(0), e7 time, e8 timetz, e9 time(3) with time zone, ea date,
    f1 interval, f2 interval year to month, f3 interval second(3), f4 interval(3),
    g1 int[], g2 integer array, g3 varchar(5)[], g4 numeric(4,1)[][], g5 int[3], g6 timestamptz(3)[],
    h1 bool, h2 boolean, h3 bit, h4 bit(3), h5 bit varying, h6 varbit(5),
    i1 mood, i2 public.mood, i3 mood[], i4 citext, i5 public.citext,
    j1 jsonb, j2 bytea, j3 uuid, j4 inet, j5 money, j6 tsvector, j7 xml, j8 oid, j9 regclass, ja int4range, jb point
);
