-- The database as the old migration scripts had left it two years ago: core and payments were there, of calls and push
-- only the first attempts.

create table migrations (id serial primary key, name text, executed_at timestamp default now(), success boolean);
insert into migrations (name, success) values ('001_core', true), ('002_payments', true), ('003_calls', false);

create type user_kind as enum ('customer', 'provider', 'admin');
create type booking_status as enum ('requested', 'accepted', 'started', 'completed', 'cancelled');
create type payment_status as enum ('created', 'succeeded', 'failed');

create table users (
    id uuid primary key default gen_random_uuid(),
    user_type user_kind not null default 'customer',
    name varchar(100),
    email varchar(255),
    phone varchar(20),
    last_seen_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz
);
create index users_email_idx on users (email);

create table addresses (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    street varchar(200) not null,
    city varchar(80) not null,
    pincode varchar(10),
    created_at timestamptz not null default now()
);

create table services_master (
    id uuid primary key default gen_random_uuid(),
    code varchar(50) not null,
    name varchar(100) not null,
    base_price numeric(10,2) not null default 0,
    created_at timestamptz not null default now()
);

create table provider_profiles (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    business varchar(200),
    bio text,
    verified text default 'verified',                       -- declared as an enum since
    rating numeric(3,2),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table provider_services (
    id uuid primary key default gen_random_uuid(),
    provider_id uuid not null,
    service_id uuid not null,
    price numeric(8,2) not null,
    created_at timestamptz not null default now()
);

create table bookings (
    id uuid primary key default gen_random_uuid(),
    customer_id uuid not null,
    provider_id uuid not null,
    address_id uuid,
    status booking_status not null default 'requested',
    scheduled_at timestamptz not null,
    price numeric(10,2) not null default 0,
    notes varchar(500),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index bookings_customer_idx on bookings (customer_id);                 -- declared with created_at
create index bookings_status_idx on bookings (status);                        -- made by hand

create table ratings (
    id uuid primary key default gen_random_uuid(),
    booking_id uuid not null,
    customer_id uuid not null,
    provider_id uuid not null,
    rating smallint not null,
    comment text,
    created_at timestamptz not null default now()
);

create table notifications (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    title text not null,
    body text,
    created_at timestamptz not null default now()
);

create table payment_transactions (
    id uuid primary key default gen_random_uuid(),
    booking_id uuid not null,
    user_id uuid not null,
    gateway text not null default 'phonepe',
    gateway_ref text,
    amount numeric(10,2) not null,
    status payment_status not null default 'created',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table payment_events (
    id uuid primary key default gen_random_uuid(),
    transaction_id uuid not null,
    event_type text not null,
    payload jsonb not null default '{}',
    created_at timestamptz not null default now()
);

-- What is left of the run that failed.
create table call_sessions (
    id uuid primary key default gen_random_uuid(),
    caller_id uuid not null,
    callee_id uuid not null,
    started_at timestamptz,
    ended_at timestamptz,
    created_at timestamptz not null default now()
);
create table call_recordings (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null references call_sessions,
    url text not null,
    bytes bigint,
    created_at timestamptz not null default now()
);

create table user_push_tokens (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    token text not null,
    last_used_at timestamptz,
    created_at timestamptz not null default now()
);
create table backup_bookings_20240211 as select * from bookings;

-- 300 people; the last twenty are among the first twenty again, in other letters.
insert into users (user_type, name, email, phone, last_seen_at)
select case when n % 5 = 0 then 'provider' else 'customer' end::user_kind, case when n % 11 <> 0 then 'User ' || n end,
       case when n > 280 then 'USER' || n - 280 else 'user' || n end || '@example.org',
       case when n % 3 = 0 then '+91' || 9000000000 + n end, timestamptz '2024-01-01' + n * interval '1 hour'
from generate_series(1, 300) n;
insert into addresses (user_id, street, city, pincode)
select id, 'Street of ' || email, 'Hyderabad', '5000' || 10 + length(email) from users;
insert into addresses (user_id, street, city) select gen_random_uuid(), 'Nowhere ' || n, 'Pune' from generate_series(1, 15) n;

insert into services_master (code, name, base_price)
values ('plumbing', 'Plumber', 250), ('electrical', 'Electrician', 300), ('cleaning', 'Cleaning', 450), ('plumbing', 'Plumbing (new)', 260);

insert into provider_profiles (user_id, business, verified, rating)
select id, 'Business of ' || email, case when length(email) % 2 = 0 then 'verified' else 'pending' end, 4.5
from users where user_type = 'provider';
insert into provider_profiles (user_id, business) select id, 'Second try' from users where email in ('user10@example.org', 'user15@example.org');
insert into provider_services (provider_id, service_id, price)
select p.id, s.id, 300 from provider_profiles p, services_master s;

insert into bookings (customer_id, provider_id, address_id, status, scheduled_at, price)
select u.id, p.id, case when n % 10 = 0 then gen_random_uuid() else a.id end,
       (array['requested', 'accepted', 'started', 'completed', 'cancelled']::booking_status[])[1 + n % 5],
       timestamptz '2024-02-01' + n * interval '3 hours', 300 + n
from generate_series(1, 400) n
join lateral (select id from users where email = 'user' || 1 + n % 200 || '@example.org') u on true
join lateral (select id from provider_profiles order by business offset n % 40 limit 1) p on true
left join lateral (select id from addresses where user_id = u.id limit 1) a on true;
insert into bookings (customer_id, provider_id, scheduled_at)
select gen_random_uuid(), (select id from provider_profiles order by business limit 1), now() from generate_series(1, 10);

insert into ratings (booking_id, customer_id, provider_id, rating, created_at)
select id, customer_id, provider_id, 1 + extract(hour from scheduled_at)::int % 5, scheduled_at from bookings where status = 'completed';
insert into ratings (booking_id, customer_id, provider_id, rating, created_at)
select booking_id, customer_id, provider_id, 1, created_at + interval '1 day' from ratings where rating = 5;

insert into notifications (user_id, title) select id, 'Welcome, ' || coalesce(name, 'friend') from users;
insert into payment_transactions (booking_id, user_id, gateway_ref, amount, status)
select id, customer_id, 'T' || row_number() over (order by scheduled_at) / 2, price, 'succeeded' from bookings where status in ('completed', 'started');
insert into payment_events (transaction_id, event_type) select id, 'created' from payment_transactions;
insert into payment_events (transaction_id, event_type) select gen_random_uuid(), 'lost' from generate_series(1, 9);

insert into call_sessions (caller_id, callee_id, started_at, ended_at)
select c.id, p.id, now() - interval '2 minutes', now() from users c, users p where c.email = 'user1@example.org' and p.user_type = 'provider' limit 40;
insert into call_recordings (session_id, url, bytes) select id, 'https://recordings.example/' || id, 1000 from call_sessions;
insert into call_recordings (session_id, url, bytes) select id, 'https://recordings.example/again/' || id, 2000 from call_sessions limit 5;
insert into user_push_tokens (user_id, token, last_used_at)
select id, 'token-' || row_number() over (order by email) % 250, last_seen_at from users;
insert into backup_bookings_20240211 select * from bookings limit 30;

-- A check by hand, and an index whose concurrent build was cut off.
alter table ratings add constraint ratings_rating_hand check (rating < 6) not valid;
create index user_push_tokens_user_idx on user_push_tokens (user_id);
update pg_index set indisvalid = false where indexrelid = 'user_push_tokens_user_idx'::regclass;
analyze;
