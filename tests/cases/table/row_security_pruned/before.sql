create table open (id int);
create table guarded (id int);
create table forced (id int);
alter table open enable row level security;
alter table guarded enable row level security;
alter table forced force row level security;
create policy undeclared on open using (true);
create policy declared on guarded using (true);
