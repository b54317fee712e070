insert into tenants.business (name, slug, industry) values ('Bakery Sunrise', 'bakery-sunrise', 'food'), ('Bike Doctor', 'bike-doctor', 'trades')
on conflict do nothing;
insert into health_monitoring.scores (business_id, url, score, audited_at)
select id, 'https://' || slug || '.example', 60 + n, date_trunc('day', now()) - n * interval '1 day'
from tenants.business, generate_series(1, 10) n
on conflict do nothing;
