-- A run has died after the table was moved, and its sequence with it.
create schema sales;
create table sales.customers (name text);
create sequence sales.label owned by sales.customers.name;
select nextval('sales.label');
