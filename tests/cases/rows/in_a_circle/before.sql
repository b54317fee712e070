create table a (id int primary key, b int);
create table b (id int primary key, a int references a deferrable initially deferred);
alter table a add foreign key (b) references b deferrable initially deferred;
create table kinds (id int primary key);
create table c (id int primary key, kind int references kinds);
alter table a add c int references c;
