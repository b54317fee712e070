create table people (id integer primary key, name text, code integer not null constraint people_code_key unique);
create table visits (host integer references people, code integer references people (code));
comment on constraint visits_host_fkey on visits is 'theirs';
insert into people values (1, 'a', 1);
insert into visits values (1, 1);
alter table people drop constraint people_code_key cascade;
create unique index people_code_idx on people (code) include (name);
alter table visits add constraint visits_code_fkey foreign key (code) references people (code);
