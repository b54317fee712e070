create role {{unique}}_former;
create role {{unique}}_team;
grant {{unique}}_team to {{unique}}_former;
create table events (id bigint);
grant all on events, events to {{unique}}_former, {{unique}}_team;
grant all on schema public to {{unique}}_former, {{unique}}_team;
alter default privileges for role {{unique}}_team in schema public grant select on tables to {{unique}}_former;
