create table settings (id text primary key, value text);
insert into settings values ('kept', 'by hand'), ('more', 'stays');
