create table made (id int);
create unlogged table ended (id int);
insert into made values (1);
insert into ended values (2);
