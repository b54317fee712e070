create table events (seats int constraint events_seats check (seats > 0), title text constraint told check (title <> ''));
insert into events values (5, 'a');
