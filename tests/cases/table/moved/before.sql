create role {{unique}}_reader;
create schema legacy;
create table legacy.clients (
    id serial primary key, number int generated always as identity, name text unique, size int,
    constraint positive check (size > 0)
);
create sequence legacy.ticket owned by legacy.clients.size;
create sequence legacy.label owned by legacy.clients.name;
alter table legacy.clients alter size set default nextval('legacy.ticket');
create index clients_lower on legacy.clients (lower(name));
create statistics legacy.clients_stats on name, size from legacy.clients;
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touched before insert on legacy.clients for each row execute function touch();
alter table legacy.clients enable row level security;
create policy everyone on legacy.clients using (name <> '');
create table orders (client int references legacy.clients on delete cascade, who legacy.clients);
create view names as select id, name from legacy.clients;
create materialized view sizes as select size, count(*) as many from legacy.clients group by size;
create function first_of(who legacy.clients) returns int language sql as 'select who.id';
create policy own on orders using (exists (select from legacy.clients c where c.id = client));
create publication watch for table legacy.clients;
comment on table legacy.clients is 'kept';
comment on column legacy.clients.name is 'kept';
comment on index legacy.clients_lower is 'kept';
comment on statistics legacy.clients_stats is 'kept';
grant select on legacy.clients to {{unique}}_reader;
insert into legacy.clients (name, size) values ('a', 1);
insert into orders values (1);
-- Not of the file: what stays in a schema that something leaves is nobody's business.
create table legacy.other (id int);
create view legacy.ids as select id from legacy.clients;
