create table events (id bigint primary key, name text);
insert into events select n, repeat('x', 200) from generate_series(1, 1000) n;
create table empty (ev bigint);
