create table events (id int, updated_at timestamptz);
insert into events values (1, '2020-01-01');
