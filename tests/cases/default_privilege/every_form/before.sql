create role {{unique}}_maker;
create role {{unique}}_reader;
alter default privileges for role {{unique}}_maker revoke usage on types from public;
alter default privileges for role {{unique}}_maker grant usage on types to public;
alter default privileges grant select on tables to {{unique}}_reader;
alter default privileges in schema public grant usage on sequences to {{unique}}_reader with grant option;
alter default privileges in schema public grant update on sequences to {{unique}}_reader;
