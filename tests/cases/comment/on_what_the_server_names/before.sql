create table t (id serial primary key, a int, exclude (a with =));
comment on index t_pkey is 'the index';
comment on index t_a_excl is 'another';
comment on sequence t_id_seq is 'numbers';
comment on constraint t_pkey on t is 'the key';
create view v as select id from t;
comment on column v.id is 'has one';
