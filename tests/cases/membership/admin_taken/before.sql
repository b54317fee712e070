create role {{unique}}_group;
create role {{unique}}_member;
create role {{unique}}_other;
grant {{unique}}_group to {{unique}}_member with admin option;
grant {{unique}}_group to {{unique}}_other;
