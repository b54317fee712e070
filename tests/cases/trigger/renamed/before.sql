create function f() returns trigger language plpgsql as 'begin return new; end';
create table t (id int);
create trigger old_name before insert on t for each row execute function f();
