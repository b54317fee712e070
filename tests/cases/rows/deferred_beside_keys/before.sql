create table kinds (id int primary key);
create table nodes (id int primary key, up int references nodes deferrable initially deferred, kind int);
