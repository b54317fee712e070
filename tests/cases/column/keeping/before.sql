create table things (id integer, plain text, changed text, same text, drifts text, sorted text collate "POSIX");
insert into things values (1, 'a', 'b', 'c', 'd', 'e');
alter table things alter changed set storage external, alter changed set statistics 10, alter changed set (n_distinct = 3),
  alter drifts set storage external, alter drifts set statistics 10, alter drifts set (n_distinct = 3);
