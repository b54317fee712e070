create table people (id int primary key, mail text not null constraint has_at check (mail like '%@%'), age int);
create unique index people_mail on people (lower(mail)) where mail is not null;
create table letters (to_person int references people (id));
insert into people values (1, 'a@b', 3);
