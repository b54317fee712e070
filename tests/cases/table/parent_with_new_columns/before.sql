create table p (a int, b int not null);
create table c (a int);
insert into c values (1);
