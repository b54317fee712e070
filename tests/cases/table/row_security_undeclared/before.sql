create table guarded (id int);
alter table guarded enable row level security, force row level security;
