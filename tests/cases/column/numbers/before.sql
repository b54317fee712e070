create table others (a bigint generated always as identity (start 7 minvalue 7));
create table serials (b bigserial);
create table unsaid (a integer generated always as identity (start 10 increment 3));
create sequence borrowed;
insert into others default values;
