create table parents (id bigint primary key);
create table children (id int, parent bigint);
insert into parents values (1);
insert into children values (1, 1), (2, 7);
alter table children add constraint children_parent_fkey foreign key (parent) references parents not valid;
