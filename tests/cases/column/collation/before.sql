create table t (given text, taken text collate "C", changed text collate "C", same text collate "C");
insert into t values ('a', 'b', 'c', 'd');
