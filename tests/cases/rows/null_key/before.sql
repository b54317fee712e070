create table t (key text unique, note text);
insert into t values ('kept', 'as it was'), (null, 'has no key'), ('gone', 'goes');
