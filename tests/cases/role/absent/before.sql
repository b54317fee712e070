create role {{unique}}_gone;
