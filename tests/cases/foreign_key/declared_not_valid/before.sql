create table people (id integer primary key);
create table visits (host integer, guest integer, cook integer);
insert into visits values (1, 1, null);
alter table visits add constraint visits_guest foreign key (guest) references people match full not valid;
alter table visits add constraint visits_cook foreign key (cook) references people match simple;
