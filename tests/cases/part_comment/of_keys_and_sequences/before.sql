create extension btree_gist;
create table t (id serial constraint t_key primary key, n bigint generated always as identity, a int, b int, r int4range,
    constraint t_a_key unique (a), constraint goes unique (b), constraint x exclude using gist (r with &&));
comment on index t_key is 'of another name';
comment on index t_a_key is 'replaced';
comment on index goes is 'goes along';
comment on index x is 'stays';
comment on sequence t_id_seq is 'altered';
comment on sequence t_n_seq is 'told nowhere';
