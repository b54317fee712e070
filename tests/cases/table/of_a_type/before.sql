create type pair as (id int, note text);
create type other as (id int, note text);
create type former as (id int);
create table same of pair;
create table becomes (id int not null, note text);
create table changed of pair (id with options primary key);
create table renamed of former;
create table undeclared of pair;
