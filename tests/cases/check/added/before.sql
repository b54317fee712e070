create table events (seats int, title text);
insert into events values (5, 'a');
create table quiet (seats int);
