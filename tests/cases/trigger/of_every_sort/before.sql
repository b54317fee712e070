create function f() returns trigger language plpgsql as 'begin return null; end';
create table parents (id bigint);
create table events (id bigint, name text);
create view v as select id from events;
create constraint trigger checked after insert or update of name on events from parents
    deferrable initially immediate for each row when (new.id > 0) execute function f('a', 1);
comment on trigger checked on events is 'later';
create constraint trigger can_wait after delete on events for each row execute function f();
create trigger seen after update on events referencing new table as after_rows for each statement execute function f();
create trigger instead instead of insert on v for each row execute function f();
