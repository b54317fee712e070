create table people (id serial primary key, number serial);
insert into people default values;
