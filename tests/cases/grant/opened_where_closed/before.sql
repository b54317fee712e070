create function open() returns int language sql as 'select 1';
create type mood as enum ('a');
alter default privileges revoke execute on functions from public;
alter default privileges revoke usage on types from public;
create function closed() returns int language sql as 'select 1';
create type shut as enum ('a');
