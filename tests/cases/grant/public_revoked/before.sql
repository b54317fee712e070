create type mood as enum ('sad');
create function f() returns integer language sql as 'select 1';
create function said() returns integer language sql as 'select 1';
create function closed() returns integer language sql as 'select 1';
revoke execute on function closed() from public;
revoke create on schema public from public;
