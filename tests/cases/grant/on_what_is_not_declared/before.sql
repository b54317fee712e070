create extension citext;
create schema other;
create function other.f(a int) returns int language sql as 'select 1';
create sequence other.s;
create type other.e as enum ('a');
