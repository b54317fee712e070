create role {{unique}}_stranger;
create role {{unique}}_maker;
create schema tenants;
create schema elsewhere;
alter default privileges in schema public grant select on tables to {{unique}}_stranger;
alter default privileges in schema elsewhere grant select on tables to {{unique}}_stranger;
alter default privileges grant usage on sequences to {{unique}}_stranger;
alter default privileges for role {{unique}}_maker grant usage on sequences to {{unique}}_stranger;
