create table events (id bigint primary key, city text);
create view checked as select id, city from events where city = 'Bern';
create view barred with (security_barrier) as select id from events;
