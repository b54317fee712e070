-- Two tenants with the people who work for them.

insert into tenants (id, slug, name, status, time_zone)
values (1, 'hair-and-more', 'Hair & More', 'active', 'Europe/Berlin'), (2, 'court-club', 'Court Club', 'trial', 'Europe/Lisbon')
on conflict do nothing;
select setval('tenants_id_seq', greatest((select max(id) from tenants), 100));

insert into users (tenant_id, email, name, role)
select t.id, 'owner@' || t.slug || '.example', 'Owner of ' || t.name, 'owner' from tenants t
on conflict do nothing;
