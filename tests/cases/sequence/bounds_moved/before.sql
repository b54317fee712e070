create sequence fresh;
create sequence behind;
create sequence ahead;
create sequence down increment -1;
create sequence elsewhere maxvalue 5;
select nextval('behind');
select setval('ahead', 50);
create table t (raised int generated always as identity, raised_far int generated always as identity (maxvalue 5),
  turned int generated always as identity, begun serial, started int generated always as identity (start 3));
insert into t default values;
