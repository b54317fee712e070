create function f() returns trigger language plpgsql as 'begin return new; end';
create table filled (n int, m int);
insert into filled values (1, 1);
create trigger on_column before update of m on filled for each row execute function f();
create trigger on_condition after update on filled for each row when (new.m > 0) execute function f();
create constraint trigger held after update on filled for each row when (new.m > 0) execute function f();
