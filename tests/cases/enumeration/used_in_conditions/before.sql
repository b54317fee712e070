create type mood as enum ('sad', 'gone', 'happy');
create table t (a int not null, m mood, constraint t_excl exclude using btree (a with =) where (m = 'happy'));
create statistics t_stat on (m = 'sad'), a from t;
create domain moody as text default 'sad'::mood::text check (value::mood <> 'sad');
create table of_it (m moody);
insert into t values (1, 'happy');
