create table t (id integer, day date not null, primary key (id));
insert into t values (1, '2026-01-01');
create table u (id integer primary key);
