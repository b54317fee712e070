create table orders (id bigint, owner text, open boolean);
create policy command on orders for select using (open);
create policy restrictive on orders using (open);
create policy check_gone on orders using (open) with check (id > 0);
comment on policy restrictive on orders is 'kept';
