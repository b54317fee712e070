create table people (tenant integer, id integer, primary key (tenant, id));
create table visits (tenant integer not null, "Host" integer, guest integer);
alter table visits add constraint visits_host foreign key (tenant, "Host") references people on delete set null;
alter table visits add constraint visits_guest foreign key (tenant, guest) references people on delete set default (guest);
insert into people values (1, 1);
insert into visits values (1, 1, 1);
