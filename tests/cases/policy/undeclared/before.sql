create table orders (id bigint);
create policy stray on orders using (id > 0);
comment on policy stray on orders is 'of nobody';
