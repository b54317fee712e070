create role {{unique}}_owner;
create table t (id bigint primary key);
create table given_up (id bigint primary key);
alter table given_up owner to {{unique}}_owner;
revoke truncate on given_up from {{unique}}_owner;
create type mood as enum ('ok');
revoke all on type mood from current_user;
revoke usage on type t from public;
do $$ begin
  execute format('comment on database %I is %L', current_database(), 'ours');
  execute format('alter database %I set work_mem to %L', current_database(), '8MB');
  execute format('alter database %I set pgreconcile.development to %L', current_database(), 'on');
end $$;
set allow_system_table_mods = on;
create function pg_catalog.somebodys() returns int language sql as 'select 1';
insert into pg_seclabel values ('t'::regclass, 'pg_class'::regclass, 0, 'anybody', 'secret');
