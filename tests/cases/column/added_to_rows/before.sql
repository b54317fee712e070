create table people (id int, raw text);
insert into people select n, 'P' || n from generate_series(1, 3) n;
