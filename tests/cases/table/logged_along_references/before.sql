create table a (id int primary key);
create table b (id int primary key, a int references a);
create table c (b int references b);
create unlogged table k (id int primary key);
create unlogged table l (id int primary key, k int references k);
create unlogged table m (l int references l);
