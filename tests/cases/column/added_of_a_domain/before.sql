create domain positive as integer constraint positive check (value > 0);
create table things (a integer);
insert into things select generate_series(1, 100);
