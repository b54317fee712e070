create table people (id int);
insert into people values (1), (2);
alter table people add column pgreconcile_key_new uuid;
alter table people alter column pgreconcile_key_new set default gen_random_uuid();
alter table people add constraint pgreconcile_people_pgreconcile_key_new_not_null check (pgreconcile_key_new is not null) not valid;
