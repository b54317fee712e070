create table gone (id int primary key, name text);
create index gone_idx on gone (name);
create table kept (gone int references gone, other int);
insert into gone values (1);
