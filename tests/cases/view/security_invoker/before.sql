create table events (id bigint);
create view made as select id from events;
create view kept with (security_invoker = true) as select id from events;
