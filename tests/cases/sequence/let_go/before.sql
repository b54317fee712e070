create sequence numbers;
create domain positive as integer check (value > 0);
create type mood as enum ('a');
create table things (a integer default nextval('numbers'), b positive not null, c mood);
