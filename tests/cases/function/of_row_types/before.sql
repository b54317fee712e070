create table t (id int primary key);
insert into t values (1);
create function replaced(t) returns int language sql begin atomic select 1; end;
