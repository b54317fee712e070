create role {{unique}}_reader;
create foreign data wrapper elsewhere;
create server same foreign data wrapper elsewhere;
create server changed version '1' foreign data wrapper elsewhere options (host 'a.example', port '1');
create server before foreign data wrapper elsewhere;
create server undeclared foreign data wrapper elsewhere;
grant usage on foreign server same to {{unique}}_reader;
