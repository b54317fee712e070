create type unused as enum ('a');
create table mystery (id int primary key, name text unique);
create index mystery_idx on mystery (name);
create table known (id int, surplus text, constraint surplus check (id > 0));
create index known_idx on known (id);
create function unused_f() returns int language sql as 'select 1';
comment on table known is 'by hand';
