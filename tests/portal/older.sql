-- The portal's database as years of hand-written scripts left it: nothing is quite as declared, and it holds data.

create extension "uuid-ossp";
create extension citext;

create type permission_level as enum ('viewer', 'owner');
create type registration_status as enum ('registered', 'cancelled', 'attended');
create type sync_status as enum ('idle', 'running', 'failed');

create table admins (
    id uuid primary key default uuid_generate_v4(),
    email varchar(255) not null,
    name varchar(100),
    permission permission_level not null default 'viewer',
    active boolean default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table events (
    id uuid primary key default gen_random_uuid(),
    airtable_id varchar(40),
    name varchar(200) not null,
    description text,
    starts_at timestamptz,
    ends_at timestamptz,
    time_zone text not null default 'Europe/Berlin',    -- changed by hand
    city varchar(100),
    country varchar(100),
    contact_email varchar(255),
    capacity integer,
    triaged_by uuid,                                    -- never had its foreign key
    airtable_fields jsonb not null default '{}',
    created_at timestamptz default now(),
    updated_at timestamptz,                             -- no trigger, and empty where nobody edited
    synced_at timestamptz
);
create index events_city_idx on events (city);          -- declared on lower(city)

create table attendees (
    id uuid primary key default gen_random_uuid(),
    event_id uuid,
    email varchar(255) not null,
    name text,
    status registration_status not null default 'registered',
    registered_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table sync_metadata (
    id uuid primary key default uuid_generate_v4(),
    operation varchar(50) not null unique,
    status sync_status not null default 'idle',
    error_log text,
    statistics jsonb not null default '{}'
);

-- Nobody declared these. The first stands alone; rows of the others follow rows that repairs remove.
create table legacy_imports (id integer primary key, payload text not null);
create table notes (
    id uuid primary key default gen_random_uuid(),
    event_id uuid not null references events on delete cascade,
    body text not null
);
create table likes (
    id uuid primary key default gen_random_uuid(),
    note_id uuid not null references notes on delete cascade
);
create table badges (
    id uuid primary key default gen_random_uuid(),
    attendee_id uuid references attendees on delete set null
);

insert into legacy_imports select n, 'import ' || n from generate_series(1, 100) n;
insert into sync_metadata (operation, status, statistics) values ('events', 'running', '{"seen": 17}');
insert into admins (email, name, permission)
select 'Admin' || n || '@example.org', 'Admin ' || n, (array['viewer', 'owner']::permission_level[])[1 + n % 2]
from generate_series(1, 20) n;

-- 1000 events; each of the last 100 repeats the Airtable record of one of the first 100; some were never imported.
insert into events (airtable_id, name, city, contact_email, capacity, starts_at, updated_at, triaged_by)
select case when n % 17 <> 0 or n <= 100 then 'rec' || case when n > 900 then n - 900 else n end end,
       'Event ' || n,
       (array['Berlin', 'Praha', 'Kraków'])[1 + n % 3],
       'Contact' || n || '@example.org',
       1 + n % 300,
       timestamptz '2024-01-01' + n * interval '1 hour',
       case when n % 10 <> 0 then timestamptz '2024-01-01' + n * interval '1 minute' end,
       case when n % 50 = 0 then gen_random_uuid()      -- an admin who is long gone
            when n % 3 = 0 then (select id from admins where name = 'Admin ' || 1 + n % 20) end
from generate_series(1, 1000) n;

-- Four attendees an event, the fourth a repetition of the third in other letters.
insert into attendees (event_id, email, name, updated_at)
select id,
       case when seat = 4 then upper('guest3@example.org') else 'guest' || seat || '@example.org' end,
       'Guest ' || seat || ' of ' || events.name,
       timestamptz '2024-02-01' + seat * interval '1 minute'
from events, generate_series(1, 4) seat;

-- Orphans, from the time when events were deleted by hand; and the foreign key, which was never validated.
insert into attendees (event_id, email) select gen_random_uuid(), 'lost' || n || '@example.org' from generate_series(1, 50) n;
alter table attendees
    add constraint attendees_event_id_fkey foreign key (event_id) references events on delete cascade not valid;

insert into notes (event_id, body) select id, 'note on ' || name from events;
insert into likes (note_id) select id from notes;
insert into badges (attendee_id) select id from attendees;
analyze;
