create table settings (id text primary key, value text, at timestamptz, data json, list int[]);
insert into settings values ('same', 'x', '2020-01-01', '{"a":1}', '{1}'), ('differs', 'old', null, '{"a":1}', '{2}'), ('more', 'stays', null, null, null);
