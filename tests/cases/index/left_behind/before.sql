create table t (a int, b int, c int, d int, e int);
insert into t values (1, 1, 1, 1, 1);
-- Killed between the drop of the old index and the renaming of the new one.
create index pgreconcile_renamed_new on t (a);
-- Killed while REINDEX CONCURRENTLY built the new one, and while it dropped the old one.
create index rebuilt on t (b);
create index rebuilt_ccnew on t (b);
create index rebuilt_ccold on t (b);
create index rebuilt_ccold1 on t (b);
update pg_index set indisvalid = false where indexrelid::regclass::text ~ '^rebuilt_cc';
-- Killed before the new one was whole.
create index changed on t (c);
create index pgreconcile_changed_new on t (c desc);
update pg_index set indisvalid = false where indexrelid = 'pgreconcile_changed_new'::regclass;
-- Somebody's own.
create index own on t (d);
create index own_ccnew on t (d);
