create role {{unique}}_anon;
create role {{unique}}_reader;
alter default privileges in schema public grant all on tables to {{unique}}_anon;
alter default privileges in schema public grant select, update on tables to {{unique}}_reader;
alter default privileges grant execute on functions to {{unique}}_anon;
alter default privileges grant usage on types to {{unique}}_anon;
alter default privileges grant usage on schemas to {{unique}}_anon;
alter default privileges grant select on sequences to {{unique}}_anon;
