create function backwards(a int, b int) returns int language sql immutable as 'select btint4cmp(b, a)';
create function after(a int, b int) returns boolean language sql immutable as 'select a > b';
create operator |>| (leftarg = int, rightarg = int, function = after);
create operator class turned for type int using btree as
    operator 1 >, operator 2 >=, operator 3 =, operator 4 <=, operator 5 |>|, function 1 backwards(int, int);
create operator class untouched for type int using btree as
    operator 1 >, operator 2 >=, operator 3 =, operator 4 <=, operator 5 <, function 1 btint4cmp(int, int);
create table t (id int);
create index t_turned on t (id turned);
create index t_untouched on t (id untouched);
