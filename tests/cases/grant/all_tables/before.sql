create role {{unique}}_reader;
create schema tenants;
create table tenants.customers (id serial);
create table tenants.orders (id int);
create function tenants.f(a int) returns int language sql as 'select a';
grant select on tenants.customers to {{unique}}_reader;
