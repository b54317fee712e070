create table events (id bigint primary key, city text, zip text, "Odd, one" text);

create schema tenants;
create publication same for table events (id, city) where (id > 0 and city in ('a', 'b'));
create publication changed for table events (id) where (id > 0);
create publication grown for table events;
