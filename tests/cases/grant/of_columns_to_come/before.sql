create table people (id bigint, full_name text);
insert into people values (1, 'a');
