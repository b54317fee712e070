create role {{unique}}_one valid until '2030-01-01 00:00:00+00';
create role {{unique}}_two valid until '2030-01-01 17:30:00+00';
create role {{unique}}_three valid until 'infinity';
