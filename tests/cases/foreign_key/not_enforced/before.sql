create table people (id integer primary key);
create table visits (host integer, guest integer, cook integer);
insert into people values (1);
insert into visits values (2, 1, 1);
alter table visits add constraint visits_guest foreign key (guest) references people not enforced;
alter table visits add constraint visits_cook foreign key (cook) references people;
