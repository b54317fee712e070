create type mood as enum ('new', 'sad', 'ok', 'gone');
comment on type mood is 'kept';
create table t (
    id int primary key, m mood not null default 'new', many mood[] default '{new}', was mood default 'gone',
    extra mood default 'ok', plain text,
    constraint not_sad check (m <> 'sad'),
    constraint plain_check check (plain <> 'x')
);
insert into t (id, was) values (1, 'sad'), (2, null);
create index t_open on t (m) where m = 'new';
create index t_plain on t (m);
create unique index t_many on t (id) where 'ok' = any (many);
create view v as select id, m from t where m = 'ok';
create view vv as select m from v;
alter table t enable row level security;
create policy p on t using (m <> 'sad');
create function f(a mood) returns mood language sql as 'select a';
create table other (m mood default 'ok');
insert into other values ('ok');
