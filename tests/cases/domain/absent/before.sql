create domain gone as int;
create table t (a gone);
