create table orders (id bigint, "Other" bigint);
create table former (id bigint);
create sequence taken;
create sequence freed owned by orders.id;
create sequence moved owned by orders.id;
create sequence followed owned by former.id;
