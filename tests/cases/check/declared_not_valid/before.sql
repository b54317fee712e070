create table events (seats integer, price integer, room integer);
insert into events values (-1, -1, -1);
alter table events add constraint events_price check (price > 0) not valid;
alter table events add constraint events_room check (room > 0) not valid;
