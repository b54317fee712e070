create role {{unique}}_maker;
alter default privileges for role {{unique}}_maker revoke execute on functions from public;
create function f() returns integer language sql as 'select 1';
