create role {{unique}}_reader;
create role {{unique}}_same;
create schema tenants;
alter default privileges in schema tenants grant select, insert on tables to {{unique}}_reader;
alter default privileges in schema tenants grant delete, update on tables to {{unique}}_reader with grant option;
alter default privileges grant usage, update on sequences to {{unique}}_same with grant option;
alter default privileges grant select on sequences to {{unique}}_same;
