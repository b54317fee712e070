-- What they offer, with whom, and when they are open.

insert into services (tenant_id, name, duration, price)
values (1, 'Haircut', '45 minutes', 38), (1, 'Colour', '2 hours', 95), (2, 'Tennis court', '1 hour', 24)
on conflict do nothing;

insert into resources (tenant_id, kind, name, capacity)
select tenant_id, kind::resource_kind, name, capacity
from (values (1, 'staff', 'Ada', 1), (1, 'room', 'Workshop', 2), (2, 'room', 'Court 1', 4)) r (tenant_id, kind, name, capacity)
where not exists (select from resources x where x.tenant_id = r.tenant_id and x.name = r.name);

insert into service_resources (tenant_id, service_id, resource_id)
select s.tenant_id, s.id, r.id from services s join resources r using (tenant_id)
on conflict do nothing;

insert into business_hours (tenant_id, weekday, opens, closes)
select t.id, day, '09:00', '17:00' from tenants t, generate_series(1, 6) day
on conflict do nothing;

insert into holidays (tenant_id, day, name)
select id, make_date(extract(year from now())::int + 1, 1, 1), 'New Year' from tenants
on conflict do nothing;
