create table events (id bigint primary key, city text);
insert into events select n, 'city ' || n % 7 from generate_series(1, 100) n;
create materialized view cities as select distinct city from events;
create unique index cities_city_key on cities (city);
comment on materialized view cities is 'refreshed by night';
