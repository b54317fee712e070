create table t (a varchar(20), b text);
alter table t alter a set storage external, alter b set storage external;
