create table bookings (id bigint primary key, tenant_id bigint not null, note text);
create table items (id bigint primary key, tenant_id bigint not null, booking_id bigint not null);
insert into bookings values (1, 7);
insert into items values (1, 7, 1);
