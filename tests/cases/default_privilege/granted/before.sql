create role {{unique}}_reader;
create role {{unique}}_maker;
create schema tenants;
alter default privileges in schema tenants grant select on tables to {{unique}}_reader;
