create table t (id bigint primary key, file oid);
select lo_create(47110);
