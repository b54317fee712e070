create table events (id bigint primary key, city text);
create view listed as select id, city from events;
create view cities as select distinct city from listed;
