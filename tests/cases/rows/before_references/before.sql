create table events (id int, kind text);
insert into events values (1, 'talk');
