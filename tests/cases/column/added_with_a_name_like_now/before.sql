create function utc_now() returns timestamptz language sql volatile as 'select clock_timestamp()';
create table people (id int);
insert into people select n from generate_series(1, 3) n;
