create table t (a int constraint by_hand primary key);
create table u (a int constraint old_name primary key);
