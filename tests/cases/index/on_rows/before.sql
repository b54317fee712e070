create table t (a int, b text);
insert into t values (1, 'a');
create index t_changed on t (a);
create index t_made_unique on t (a);
create index t_method on t (b);
create index t_predicate on t (a) where a > 0;
create index t_same on t using btree (lower(b) desc nulls last) where (a is not null);
