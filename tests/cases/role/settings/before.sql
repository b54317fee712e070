create role {{unique}}_there replication connection limit 1;
alter role {{unique}}_there set search_path = public, tenants;
alter role {{unique}}_there set jit = on;
alter role {{unique}}_there set work_mem = '1MB';
