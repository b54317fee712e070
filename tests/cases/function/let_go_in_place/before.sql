create function f(n int) returns int language plpgsql immutable as 'begin return n; end';
create table filled (n int default f(2), r int4range,
    constraint filled_check check (f(n) > 0),
    constraint filled_excl exclude using gist (r with &&, int4range(f(n), f(n) + 1) with &&));
insert into filled values (1, '[1,2)');
create index filled_f on filled (f(n));
create statistics filled_stat on (f(n)), r from filled;
create policy own on filled using (f(n) > 0);
create rule noted as on delete to filled where f(old.n) > 0 do also select 1;
create view seen as select f(n) as n from filled;
