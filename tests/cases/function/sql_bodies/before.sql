create table t (a int, b text);
create function same(a int, b int default 2) returns int return a+b;
create function other(a int) returns int return a + 1;
create function from_text(a int) returns int language sql as 'select a';
create function to_text(a int) returns int return a;
create function of_table(x int) returns text begin atomic select t.b from t where t.a = x; end;
create function on_retyped(x int) returns text begin atomic; select b from t where t.a = x; end;
