create table events (id uuid primary key default gen_random_uuid(), name text, updated_at timestamptz default now());
create table attendees (id serial primary key, event_id uuid, email text, created_at timestamp default now());
insert into events (id, name) values ('00000000-0000-0000-0000-000000000001', 'one'), ('00000000-0000-0000-0000-000000000002', null);
insert into attendees (event_id, email) values
    ('00000000-0000-0000-0000-000000000001', 'A@x'), ('00000000-0000-0000-0000-000000000001', 'a@X'),
    ('00000000-0000-0000-0000-000000000009', 'b@x'), (null, null);
create index attendees_email on attendees (email);
