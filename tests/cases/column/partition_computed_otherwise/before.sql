create table t (id int not null, twice int generated always as (id * 2) stored) partition by list (id);
create table p1 (id int not null, twice int generated always as (id * 3) stored);
alter table t attach partition p1 for values in (1);
create table p2 (id int not null, twice int generated always as (id * 3) stored);
alter table t attach partition p2 for values in (2);
create table p3 partition of t for values in (3);
