insert into users (kind, name, email, phone)
select case when n <= 5 then 'provider' else 'customer' end::user_kind, 'User ' || n, 'user' || n || '@buildxpert.example', '+9190000000' || lpad(n::text, 2, '0')
from generate_series(1, 40) n
on conflict do nothing;
insert into provider_profiles (user_id, business, verified)
select id, name || ' & Sons', 'verified' from users where kind = 'provider'
on conflict do nothing;
insert into provider_services (provider_id, service_id, price)
select p.id, s.id, s.base_price from provider_profiles p, services_master s
on conflict do nothing;
