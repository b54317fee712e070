create schema r;
create schema s;
create collation cc (locale = 'C');
create collation r.cc (locale = 'POSIX');
create collation s.cc (locale = 'C');
-- What is of `r` is to be of `s`, or of `public`.
create domain s.word as text collate r.cc;
create type s.pair as (a text collate r.cc, b text collate s.cc);
create type s.words as range (subtype = text, collation = r.cc);
create table s.t (a text collate r.cc, b text collate s.cc, c text collate "C", d text collate public.cc);
create domain s.same as text collate s.cc;
