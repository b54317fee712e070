create sequence old_name start with 5;
select nextval('old_name');
create table orders (id bigint, number bigint default nextval('old_name'));
comment on sequence old_name is 'kept';
