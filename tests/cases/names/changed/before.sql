create schema "Odd ""Place""";
create type "Odd ""Place"""."Laune" as enum ('it''s', 'O"K');
create table "Odd ""Place"""."The Parents" ("Die Id" int primary key);
create table "Odd ""Place"""."The.Table" (
    "select" int, "Größe" varchar(5) default 'it''s', "a ""b""" "Odd ""Place"""."Laune" default 'it''s',
    "Old Name" text, "par ent" int, "mail" text, "drop me not" int
);
insert into "Odd ""Place"""."The Parents" values (1);
insert into "Odd ""Place"""."The.Table" values (1, 'x', 'O"K', 'o', 1, 'a@b', 0), (2, 'x', 'it''s', 'o', 9, 'a@b', 0);
create index "An ""Idx""" on "Odd ""Place"""."The.Table" ("Größe");
alter table "Odd ""Place"""."The.Table" add constraint "c h" check ("select" > 0) not valid;
