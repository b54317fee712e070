create schema clients;
create type clients.plan as enum ('free', 'paid');
create function clients.f(a int) returns int language sql immutable as 'select a';
create table clients.customers (
    id int primary key, plan clients.plan default 'free', price int default clients.f(1),
    constraint c check (clients.f(price) > 0), number serial
);
create index customers_idx on clients.customers (clients.f(price));
create table orders (customer int references clients.customers);
insert into clients.customers values (1);
comment on column clients.customers.id is 'kept';
create role {{unique}}_reader;
grant select on clients.customers to {{unique}}_reader;
