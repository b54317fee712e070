create schema "S x";
create operator class "S x"."my ops" for type text using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 bttextcmp(text, text);
create extension pg_trgm;
create table t (a text, b text, c int, d text, "WHERE (" text,
    constraint collated exclude (a collate "C" desc nulls last with =, lower(b) with =) include ("WHERE (") with (fillfactor = 80) where (b <> ' WHERE ' and c > 0),
    constraint classed exclude (a "S x"."my ops" with =) deferrable initially deferred);
create index t_trgm on t using gist (d gist_trgm_ops (siglen = 32));
alter index collated alter column 2 set statistics 300;
alter table t cluster on classed;
create table left_alone (a int, b text, constraint kept exclude using btree (a with =, lower(b) with =) with (fillfactor = 70));
alter index kept alter column 2 set statistics 200;
alter table left_alone cluster on kept;
