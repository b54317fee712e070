create table events (id bigint, city text);
insert into events values (1, 'a'), (2, 'b');
create materialized view cities as select city, count(*) as events from events group by city;
create unique index cities_city_idx on cities (city);
create materialized view same as select city from events where id > 0;
