create role {{unique}}_one;
create table t ("a, b" int, "E""f" int, "c.d" int);
grant select ("a, b"), insert ("E""f", "c.d") on t to {{unique}}_one;
