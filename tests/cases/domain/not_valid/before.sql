create domain same as int;
create domain validated_since as int constraint positive check (value > 0);
create domain added as int;
create domain changed as int;
create table t (a same, b validated_since, c added, d changed);
insert into t values (-1, 1, -1, 20);
alter domain same add constraint positive check (value > 0) not valid;
alter domain changed add constraint small check (value < 10) not valid;
