create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id int, s text, v varchar(5));
create trigger t1 before update on t for each row when (old.s is distinct from new.s) execute function f();
create trigger t2 before insert or update of s on t for each row when (new.v in ('a', 'b') and new.id > 0) execute procedure f('x');
create trigger t3 after insert on t execute function public.f();
create trigger t4 before update on t for each row when (old.* is distinct from new.*) execute function f();
create trigger t5 before update on t for each row when (case when (new.id > 0) then true else false end) execute function f();
