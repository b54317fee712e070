create table filled (r int4range, m int4range, constraint filled_excl exclude using gist (r with &&, m with &&));
insert into filled values ('[1,2)', '[1,2)');
create table empty (r int4range, m int4range, constraint empty_excl exclude using gist (r with &&, m with &&));
