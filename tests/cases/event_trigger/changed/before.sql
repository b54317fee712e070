create role {{unique}}_owner superuser;
create function f() returns event_trigger language plpgsql as 'begin end';
create function g() returns event_trigger language plpgsql as 'begin end';
create event trigger {{unique}}_off on sql_drop execute function f();
create event trigger {{unique}}_called on sql_drop when tag in ('DROP TABLE') execute function f();
comment on event trigger {{unique}}_called is 'not in the file';
create event trigger {{unique}}_before on table_rewrite execute function f();
