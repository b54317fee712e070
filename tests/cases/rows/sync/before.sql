create table parents (id text primary key);
create table children (parent text references parents on delete cascade, note text);
insert into parents values ('kept'), ('gone');
insert into children values ('kept', 'stays'), ('gone', 'goes along');
