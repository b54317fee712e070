create table people (id int primary key, gone text, also text, constraint not_empty check (gone <> ''));
insert into people values (1, 'a', 'b');
create index people_gone on people (gone);
create index people_both on people (id, also);
