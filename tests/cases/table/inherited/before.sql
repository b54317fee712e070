create table animals (id integer not null);
create table dogs (breed text) inherits (animals);
create table birds (name text) inherits (animals);
create table fish (id integer not null, name text, constraint animals_id_check check (id > 0));
insert into dogs values (1, 'x');
