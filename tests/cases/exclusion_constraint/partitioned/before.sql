create table t (a int, b text, constraint t_excl exclude using btree (a with =) with (fillfactor = 70) where (a > 0)) partition by list (a);
create table t_1 partition of t for values in (1);
create table u (a int, constraint u_excl exclude using btree (a with =) with (fillfactor = 70)) partition by list (a);
