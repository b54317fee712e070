create table t (a int) partition by list (a);
create table t_1 partition of t for values in (1);
create table t_2 partition of t for values in (2);
create rule there as on delete to t_1 do instead nothing;
create rule undeclared as on delete to t_2 do instead nothing;
