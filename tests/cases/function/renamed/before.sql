create function old(a int, b text) returns int language sql as 'select a';
create view v as select old(1, 'a');
