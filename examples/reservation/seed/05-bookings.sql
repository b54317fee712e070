-- A booking for the first free place of each day.

do $$
declare
    slot record;
    made bigint;
begin
    if exists (select from bookings where notes = 'seed') then
        return;
    end if;
    for slot in
        select distinct on (t.tenant_id, t.start_at::date) t.id, t.tenant_id, t.start_at, t.end_at,
               (select min(c.id) from customers c where c.tenant_id = t.tenant_id) as customer
        from timeslots t where t.booked < t.capacity order by t.tenant_id, t.start_at::date, t.start_at
    loop
        insert into bookings (tenant_id, customer_id, status, start_at, end_at, notes)
        values (slot.tenant_id, slot.customer, 'confirmed', slot.start_at, slot.end_at, 'seed')
        returning id into made;
        insert into booking_items (tenant_id, booking_id, timeslot_id) values (slot.tenant_id, made, slot.id);
    end loop;
end
$$;
