create type same as (a int4, b varchar(10), c text collate "C");
create type address as (street text, town text, zip int, gone int, extra int);
create table t (home address, twice address[]);
create type retyped as (a int, b text, c text collate "C");
create function of_retyped(r retyped) returns int language sql as 'select 1';
create type renamed as (old int, twice int);
create table r (r renamed);
