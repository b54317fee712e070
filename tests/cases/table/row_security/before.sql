create table enabled (id int);
create table disabled (id int);
alter table disabled enable row level security;
create table forced (id int);
create table no_longer_forced (id int);
alter table no_longer_forced enable row level security, force row level security;
insert into enabled select 1;
