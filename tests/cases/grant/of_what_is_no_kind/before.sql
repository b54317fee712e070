create role {{unique}}_reader;
grant set on parameter work_mem to {{unique}}_reader;
