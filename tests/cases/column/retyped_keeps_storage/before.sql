create table t (said varchar(20), beyond varchar(20), sorted text collate "POSIX", fixed text, same text, usual varchar(20));
insert into t values ('a', 'b', 'c', '4', 'e', 'f');
alter table t alter said set storage external, alter beyond set storage external, alter sorted set storage main,
  alter fixed set storage external, alter same set storage external;
