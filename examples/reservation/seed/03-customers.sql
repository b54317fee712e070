insert into customers (tenant_id, name, email, phone)
select t.id, 'Customer ' || n, 'customer' || n || '@' || t.slug || '.example', '+49301000' || n
from tenants t, generate_series(1, 50) n
on conflict do nothing;
