create table orders (id bigint);
create policy gone on orders using (id > 0);
create table more (id bigint);
create policy on_other on more using (id in (select id from orders));
