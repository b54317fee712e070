create table members (name varchar(10));
create table orders (id bigint, owner varchar(10));
alter table orders enable row level security;
create policy own on orders using (owner = current_user);
create policy theirs on orders as restrictive using (owner in (select name from members));
create policy undeclared on orders for select using (owner is null);
comment on policy own on orders is 'kept';
