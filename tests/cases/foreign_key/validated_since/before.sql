create table p (id int, part int, constraint p_pkey primary key (id));
create table c (p int constraint since references p, q int);
alter table c add constraint never foreign key (q) references p not valid;
insert into p values (1);
insert into c values (1, 1);
