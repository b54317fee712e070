-- As a dump of what the file asks for is restored: the server reads what it prints as something else.
create table t (v varchar(10), n integer);
create view listed as
    select v from t where (v)::text = any (array[('a'::character varying)::text, ('b'::character varying)::text]);
create index t_listed_idx on t (n)
    where (v)::text = any (array[('a'::character varying)::text, ('b'::character varying)::text]);
alter table t add constraint t_v_check
    check ((v)::text = any (array[('a'::character varying)::text, ('b'::character varying)::text]));
