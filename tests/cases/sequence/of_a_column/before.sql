create table t (small int generated always as identity, same int generated always as identity, code serial);
alter sequence t_small_seq as smallint;
create unlogged table u (id int generated always as identity);
alter sequence u_id_seq set logged;
