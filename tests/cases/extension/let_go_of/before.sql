create extension citext;
create extension "uuid-ossp";
create table people (id uuid default uuid_generate_v4(), mail citext, names citext[]);
insert into people (mail, names) values ('A', '{B}');
