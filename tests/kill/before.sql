-- Where a run can be stopped: at point number `target` it waits for a lock that the test holds. Every statement is a
-- point, and the middle of those that go through all rows; if not `each`, then one of each transaction.
create schema killed;
grant usage on schema killed to public;
create sequence killed.points;
create table killed.target (number int not null, each boolean not null);
insert into killed.target values (0, false);
create function killed.stop() returns void language plpgsql security definer as $$
declare
    wanted killed.target := (select t from killed.target t);
    this text := now()::text;
begin
    if current_setting('application_name') not like 'pgreconcile%'
        or not wanted.each and current_setting('killed.last', true) = this then
        return;
    end if;
    perform set_config('killed.last', this, false);
    if nextval('killed.points') = wanted.number then
        perform pg_advisory_lock(4242);
    end if;
end $$;
create function killed.command() returns event_trigger language plpgsql as $$
begin
    -- DROP INDEX CONCURRENTLY must come before anything else that its transaction does.
    if current_query() ilike '%concurrently%' and (tg_event = 'ddl_command_end' or tg_tag <> 'DROP INDEX')
        or current_query() not ilike '%concurrently%' and tg_event = 'ddl_command_start' then
        perform killed.stop();
    end if;
end $$;
create function killed.statement() returns trigger language plpgsql as 'begin perform killed.stop(); return null; end';
-- In the middle of a statement that goes through all rows.
create function killed.text(at int, value text) returns text language plpgsql immutable set search_path = pg_catalog as $$
begin
    if at = 77 then perform killed.stop(); end if;
    return value;
end $$;
create function killed.number(at int) returns int language plpgsql immutable set search_path = pg_catalog as $$
begin
    if at = 77 then perform killed.stop(); end if;
    return at;
end $$;

create type mood as enum ('bad', 'good');
create type pair as (one int, two int);
create domain percent as int;
create function stamp() returns trigger language plpgsql as 'begin return new; end';
create function of_one(a int) returns int language sql as 'select a';
create sequence numbers;
create schema elsewhere;
create sequence elsewhere.before_numbers;

create table parents (id int primary key, name text, code varchar(20), note text);
insert into parents select i, case when i % 7 > 0 then 'name ' || i end, 'code' || i, 'note' from generate_series(1, 300) i;

create table people (
    id int not null, name varchar(10), n int, small int, plain text, gone text, feels mood default 'bad',
    parent int, other int, email text, share percent, wide varchar(80), indexed int, unchecked int,
    constraint goes check (n < 100000), constraint changes check (n > -1), constraint unvalidated check (n < 90000) not valid
);
alter table people add constraint unproved foreign key (other) references parents (id) not valid;
insert into people (id, name, n, small, plain, parent, other, email, share, wide, indexed)
    select i, 'p' || i, i, i, null, case when i % 10 = 0 then 100000 + i else i % 300 + 1 end, i % 300 + 1,
           'mail' || i % 190, i % 100, 'w' || i, i from generate_series(1, 200) i;
create index people_goes on people (plain);
create index people_changed on people (n);
create index people_before on people (small);
create index people_invalid on people (killed.text(indexed, email));
update pg_index set indisvalid = false where indexrelid = 'people_invalid'::regclass;
create trigger goes before insert on people for each row execute function stamp();
create trigger changes before insert on people for each row execute function stamp();
alter table people enable row level security;
create policy goes on people using (n > 0);
create policy changes on people for select using (n > 0);
create rule goes as on update to people where false do instead nothing;
create rule changes as on update to people where false do instead nothing;
create statistics goes on n, small from people;
create statistics changes on n, small from people;

create table children (id int primary key, person int, note text, twin pair);
insert into children select i, i, 'child', row (i, i)::pair from generate_series(1, 200) i;

create table notes (id int primary key, body text, about int);
create table stays (room int, during int);
insert into stays select i, i from generate_series(1, 50) i;
create table empties (id int, a int, b text);
create index empties_a on empties (a);
create index empties_goes on empties (b);
create table drops (id int);
create table computed (id int primary key, name varchar(20), loud text generated always as (upper(name)) stored);
insert into computed values (1, 'a'), (2, 'b');
create table settings (key text primary key, value text);
insert into settings values ('theme', 'light'), ('obsolete', 'x');
create table logs (at date not null, line text) partition by range (at);
create table logs_2025 partition of logs for values from ('2025-01-01') to ('2026-01-01');
create table logs_2024 (at date not null, line text);
create table logs_old partition of logs for values from ('2001-01-01') to ('2002-01-01');
insert into logs values ('2025-05-01', 'x'), ('2001-05-01', 'y');
insert into logs_2024 values ('2024-05-01', 'z');

create view goes as select id from people;
create view looks as select id from parents;
create materialized view counts as select count(*) from parents with no data;
create publication changes for table children;
grant select on parents to killed_reader;

create table killed.rows as
    select 'public.parents' as relation, to_jsonb(t) as was from parents t union all
    select 'public.people', to_jsonb(t) from people t union all
    select 'public.children', to_jsonb(t) from children t union all
    select 'public.settings', to_jsonb(t) from settings t;

create trigger killed_before before insert or update or delete on parents for each statement execute function killed.statement();
create trigger killed_before before insert or update or delete on people for each statement execute function killed.statement();
create trigger killed_before before insert or update or delete on children for each statement execute function killed.statement();
create trigger killed_before before insert or update or delete on settings for each statement execute function killed.statement();
create trigger killed_after after insert or update or delete on parents for each statement execute function killed.statement();
create trigger killed_after after insert or update or delete on people for each statement execute function killed.statement();
create event trigger killed_start on ddl_command_start execute function killed.command();
create event trigger killed_end on ddl_command_end execute function killed.command();
create function silent() returns event_trigger language plpgsql as $$begin end$$;
create event trigger goes on ddl_command_end execute function silent();
