create role {{unique}}_a nologin createdb connection limit 3 valid until '2030-01-01' password 'old';
create role {{unique}}_b login password 'correct horse';
create role {{unique}}_c login superuser;
