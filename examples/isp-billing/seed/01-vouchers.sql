insert into vendors (name, phone, commission) values ('Corner shop', '+254700000001', 5) on conflict do nothing;
insert into vouchers (code, profile_id, vendor_id, batch, price)
select 'SEED' || lpad(n::text, 4, '0'), p.id, v.id, 'seed', p.price
from generate_series(1, 100) n, profiles p, vendors v where p.name = 'hour-3m' and v.phone = '+254700000001'
on conflict do nothing;
