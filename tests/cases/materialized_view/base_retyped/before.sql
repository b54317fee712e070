create table events (id bigint primary key, city varchar(30));
insert into events select n, 'city ' || n % 7 from generate_series(1, 100) n;
create materialized view cities as select city, count(*) as events from events group by city;
create unique index cities_city_key on cities (city);
comment on materialized view cities is 'refreshed by night';
