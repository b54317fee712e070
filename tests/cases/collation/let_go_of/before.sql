create collation plain (provider = libc, locale = 'C');
create collation other (provider = libc, locale = 'POSIX');
create table spelt (word text collate plain, more text collate plain);
create type pair as (one text collate plain, two text);
insert into spelt values ('a', 'b');
create collation gone (provider = libc, locale = 'C');
create type gone_with as enum ('a');
create table goes (word text collate gone, mood gone_with[]);
create view before_it as select 1 as one;
