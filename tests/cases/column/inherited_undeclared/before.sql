create table people (name text default 'x' not null, born date);
create table others (name text not null);
create table friends (name text default 'x' not null, born date, since date);
alter table friends inherit people;
create table best_friends (name text default 'y' not null, born date not null) inherits (people, others);
