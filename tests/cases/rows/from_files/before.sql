create table plans (code text primary key, name text, price numeric, since date default '2020-01-01');
insert into plans values ('old', 'Old', 1, '2019-01-01'), ('other', 'stays', 2, '2019-01-01');
create table readings (id bigint primary key, value numeric, tags text[], about jsonb, kind text default 'usual');
insert into readings values (2, 7, null, null, 'usual');
