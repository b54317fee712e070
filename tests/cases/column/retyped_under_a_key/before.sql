create table parents (id int primary key, code varchar(5) unique);
create table children (parent int references parents, code varchar(5) references parents (code));
create index children_parent on children (parent);
insert into parents values (1, 'a');
insert into children values (1, 'a');
