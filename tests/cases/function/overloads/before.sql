create function f(a int) returns int language sql as 'select 1';
create function f(a varchar) returns int language sql as 'select 2';
create function f(a numeric, b text[]) returns int language sql as 'select 3';
create type "My mood" as enum ('ok');
create function "Ünï code"(a "My mood", b "My mood"[] default null) returns "My mood" language sql as 'select a';
