create function backwards(a int4, b int4) returns int4 language sql immutable as 'select btint4cmp(b, a)';
create operator class same for type int4 using btree as operator 1 >, operator 2 >=, operator 3 =, operator 4 <=,
    operator 5 <, function 1 backwards(int4, int4);
create operator class changed for type int4 using btree as operator 1 >, operator 2 >=, operator 3 =, operator 4 <=,
    operator 5 <, function 1 backwards(int4, int4);
comment on operator class changed using btree is 'kept';
create table t (a int4);
create index t_a on t (a changed);
create operator class old_name for type int4 using btree as operator 1 >, operator 2 >=, operator 3 =, operator 4 <=,
    operator 5 <, function 1 backwards(int4, int4);
create operator class gone for type int4 using btree as operator 3 =, function 1 backwards(int4, int4);
create operator class extra for type int4 using btree as operator 3 =, function 1 backwards(int4, int4);
create operator family old_family using hash;
create operator family no_family using hash;
