create table events (seats int);
insert into events values (5);
alter table events add constraint events_seats check (seats > 0) not valid;
