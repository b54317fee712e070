-- The database as the old migration scripts had left it two years ago: times without zone, settings as text, doubles.

create table migrations (id serial primary key, filename varchar(255), executed_at timestamp default now());
insert into migrations (filename) values ('001_initial.sql'), ('002_vouchers.sql'), ('003_whatsapp.sql');

create table customers (
    id serial primary key,
    full_name varchar(150) not null,
    email varchar(150),
    phone varchar(30) not null,
    balance numeric(10,2),
    metadata jsonb,
    created_at timestamp not null default now(),
    updated_at timestamp not null default now()
);
create index customers_metadata_idx on customers (id);                        -- not what its name says

create table profiles (
    id serial primary key,
    name varchar(50) not null,
    download integer not null,
    upload integer not null,
    price numeric(10,2) not null default 0
);

create table subscriptions (
    id serial primary key,
    customer_id integer not null,
    profile_id integer not null,
    starts_at timestamptz not null default now(),
    ends_at timestamptz,
    created_at timestamptz not null default now()
);

create table pppoe_users (
    id serial primary key,
    customer_id integer,
    profile_id integer,
    username varchar(64) not null,
    password varchar(64) not null,
    is_active boolean not null default true,
    last_seen_at timestamptz
);

create table vouchers (
    id serial primary key,
    code varchar(16) not null,
    profile_id integer not null,
    price numeric(10,2) not null default 0,
    used_at timestamptz,
    created_at timestamptz not null default now()
);
create unique index vouchers_code_upper on vouchers (upper(code), id);        -- made by hand

create table payments (
    id serial primary key,
    customer_id integer,
    amount numeric(10,2) not null,
    reference varchar(60),
    received_at timestamptz not null default now()
);
create index payments_customer_idx on payments (customer_id);

create table settings (
    key varchar(80) not null,
    value text not null,
    updated_at timestamptz
);

create table admin_users (
    id serial primary key,
    username varchar(50) not null,
    password_hash text not null,
    last_login_at timestamptz
);

create table user_sessions (
    token text primary key,
    admin_user_id integer not null,
    created_at timestamptz not null default now()
);

create table error_logs (
    id serial primary key,                                                    -- declared as bigserial since
    message text not null,
    context jsonb,
    created_at timestamptz not null default now()
);

create table mikrotik_export (line text);
insert into mikrotik_export select 'add name=user' || n from generate_series(1, 60) n;

-- The last thirty are among the first thirty again, with the same telephone, written otherwise.
insert into customers (full_name, email, phone, balance, metadata, updated_at)
select 'Customer ' || n, 'c' || n || '@example.org',
       case when n > 270 then '254 700-' || 100000 + n - 270 else '+254700' || 100000 + n end,
       case when n % 4 <> 0 then n * 10 - 500 end, case when n % 6 <> 0 then jsonb_build_object('router', n % 9) end,
       timestamp '2024-01-01' + n * interval '1 hour'
from generate_series(1, 300) n;
insert into profiles (name, download, upload, price)
values ('home-5m', 5000, 2000, 1400), ('office-20m', 20480, 10240, 6000), ('hour-3m', 3072, 1024, 20), ('home-5m', 5120, 2048, 1500);
insert into subscriptions (customer_id, profile_id, starts_at, ends_at)
select case when n % 25 = 0 then 5000 + n else n end, 1 + n % 4, timestamptz '2024-01-01' + n * interval '1 day',
       timestamptz '2024-02-01' + n * interval '1 day'
from generate_series(1, 250) n;
insert into subscriptions (customer_id, profile_id) select n, 99 from generate_series(1, 5) n;
insert into pppoe_users (customer_id, profile_id, username, password, last_seen_at)
select case when n % 30 = 0 then 9000 else n end, 1 + n % 3, 'user' || case when n > 190 then n - 190 else n end, 'secret' || n,
       timestamptz '2024-05-01' + n * interval '1 minute'
from generate_series(1, 200) n;
insert into vouchers (code, profile_id, price, used_at)
select 'V' || 100000 + case when n > 380 then n - 380 else n end, 3, 20, case when n % 2 = 0 then now() end from generate_series(1, 400) n;
insert into payments (customer_id, amount, reference, received_at)
select case when n % 20 = 0 then 8000 + n else n end, 1500, 'MP' || case when n > 280 then n - 280 else n end,
       timestamptz '2024-03-01' + n * interval '1 hour'
from generate_series(1, 300) n;
insert into settings values ('company.name', 'Old Name', '2023-01-01'), ('company.name', 'Older Name', null),
    ('billing.grace_days', '5', '2023-05-01'), ('sms.gateway', 'https://sms.example', '2023-06-01');
insert into admin_users (username, password_hash, last_login_at)
values ('admin', 'bcrypt-of-the-boss', now()), ('Admin', 'bcrypt-of-nobody', null), ('jane', 'bcrypt-of-jane', now());
insert into user_sessions (token, admin_user_id) values ('t1', 1), ('t2', 3), ('t3', 77);
insert into error_logs (message, context) select 'error ' || n, case when n % 2 = 0 then '{"a": 1}'::jsonb end from generate_series(1, 150) n;

-- An index whose concurrent build was cut off.
create index error_logs_level_idx on error_logs (created_at);
update pg_index set indisvalid = false where indexrelid = 'error_logs_level_idx'::regclass;
analyze;
