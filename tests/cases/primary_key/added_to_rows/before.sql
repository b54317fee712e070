create table t (id int, name text);
insert into t values (1, 'a'), (1, 'b'), (2, 'c');
create table u (id int not null);
insert into u values (1);
create table empty (id int);
