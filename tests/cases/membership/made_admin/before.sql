create role {{unique}}_readers;
create role {{unique}}_one in role {{unique}}_readers;
