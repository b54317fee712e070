create role {{unique}}_reader;
alter default privileges in schema public grant select, insert on tables to {{unique}}_reader;
alter default privileges in schema public grant usage on sequences to {{unique}}_reader;
