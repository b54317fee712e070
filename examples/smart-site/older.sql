-- The database as a run that failed half-way had left it two years ago; people went on working with it.

create table public.schema_version (version integer, dirty boolean);
insert into public.schema_version values (7, true);

create schema system;
create schema tenants;

create table system.users (
    id uuid primary key default gen_random_uuid(),
    email varchar(255) not null,
    name varchar(100),
    role text not null default 'client',                                     -- declared as an enum since
    active boolean not null default true,
    last_login_at timestamptz,
    created_at timestamptz not null default now()
);
create table system.sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    token text not null,
    created_at timestamptz not null default now()
);

create table tenants.business (
    id uuid primary key default gen_random_uuid(),
    owner_id uuid,
    business_name varchar(200) not null,
    slug varchar(100) not null,
    industry text not null default 'other',
    city varchar(100),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index business_name_idx on tenants.business (business_name);           -- declared on lower(name)
create table tenants.customers (
    id uuid primary key default gen_random_uuid(),
    business_id uuid not null,
    name varchar(100) not null,
    email varchar(255),
    consent boolean,
    created_at timestamptz not null default now()
);
create table tenants.services (
    id uuid primary key default gen_random_uuid(),
    business_id uuid not null references tenants.business,
    name varchar(100) not null,
    price numeric(8,2)
);
create table tenants.subscriptions (
    id uuid primary key default gen_random_uuid(),
    business_id uuid not null,
    plan text not null,
    starts_on date not null default current_date
);
create view tenants.business_overview as select id, business_name from tenants.business;

-- The step that failed: the schema of the crawler is there, its view is not, and its key was never made.
create schema health_monitoring;
create table health_monitoring.scores (
    id bigserial primary key,
    business_id uuid not null,
    url text not null,
    score integer not null,
    audited_at timestamptz not null default now()
);
create table health_monitoring.raw_pages (url text, html text);

insert into system.users (email, name, role, last_login_at)
select case when n > 90 then 'USER' || n - 90 else 'user' || n end || '@example.org', case when n % 7 <> 0 then 'User ' || n end,
       case when n = 1 then 'admin' else 'client' end, timestamptz '2024-01-01' + n * interval '1 day'
from generate_series(1, 100) n;
insert into system.sessions (user_id, token)
select id, 'token-of-session-' || row_number() over (order by email) % 80 from system.users;
insert into system.sessions (user_id, token) select gen_random_uuid(), 'token-of-nobody-' || n from generate_series(1, 7) n;
insert into tenants.business (owner_id, business_name, slug, industry, created_at)
select case when n % 9 = 0 then gen_random_uuid() else (select id from system.users where email = 'user' || n || '@example.org') end,
       'Business ' || n, 'business-' || case when n > 70 then n - 70 else n end,
       (array['retail', 'food', 'health'])[1 + n % 3], timestamptz '2023-01-01' + n * interval '1 day'
from generate_series(1, 80) n;
insert into tenants.customers (business_id, name, email, consent)
select b.id, 'Customer ' || n, 'Customer' || n % 4 || '@example.org', case when n % 2 = 0 then true end
from tenants.business b, generate_series(1, 5) n;
insert into tenants.customers (business_id, name) select gen_random_uuid(), 'Lost ' || n from generate_series(1, 20) n;
insert into tenants.services (business_id, name, price) select id, 'Service of ' || business_name, 10 from tenants.business where slug <> 'business-1';
insert into tenants.subscriptions (business_id, plan) select distinct on (slug) id, 'basic' from tenants.business order by slug, created_at;
insert into health_monitoring.scores (business_id, url, score, audited_at)
select b.id, 'https://' || slug || '.example', 40 + n * 10, timestamptz '2024-01-01' + n * interval '1 day'
from tenants.business b, generate_series(1, 5) n;
insert into health_monitoring.scores (business_id, url, score, audited_at)
select business_id, url, score, audited_at from health_monitoring.scores where id <= 12;
insert into health_monitoring.raw_pages select 'https://page-' || n || '.example', '<html>' from generate_series(1, 40) n;

-- An index whose concurrent build was cut off, and privileges given by hand.
create index scores_latest_idx on health_monitoring.scores (business_id);
update pg_index set indisvalid = false where indexrelid = 'health_monitoring.scores_latest_idx'::regclass;
grant select on tenants.business to public;
analyze;
