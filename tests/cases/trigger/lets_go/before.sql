create function f() returns trigger language plpgsql as 'begin return new; end';
create function g() returns trigger language plpgsql as 'begin return new; end';
create unlogged table t (id int, gone int);
create trigger tr before insert on t for each row when (new.gone > 1) execute function g();
