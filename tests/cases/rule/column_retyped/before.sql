create table other (id bigint);
create table events (id bigint, name varchar(10));
create rule kept as on insert to events where new.name <> '' do also delete from other;
alter table events enable always rule kept;
comment on rule kept on events is 'kept';
