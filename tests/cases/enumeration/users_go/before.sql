create type mood as enum ('a', 'b', 'c');
create table t (id int, kept mood default 'a', gone mood, unsaid mood);
create table undeclared (m mood);
insert into t values (1, 'a', 'b', 'b');
