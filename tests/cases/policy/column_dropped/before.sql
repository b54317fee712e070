create table orders (id bigint, owner text, former text);
create policy own on orders using (former = current_user);
