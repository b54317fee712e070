create role {{unique}}_one;
create role {{unique}}_two;
create role {{unique}}_other;
grant {{unique}}_one to {{unique}}_other with admin true, inherit false, set false;
