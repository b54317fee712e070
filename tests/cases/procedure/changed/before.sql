create procedure same(a int4) language sql as 'select 1';
create procedure body(a int, b varchar) language sql as 'select 1';
create procedure renamed_argument(a int) language sql security definer as 'select 1';
revoke all on procedure renamed_argument(int) from public;
create procedure gone(a int) language sql as 'select 1';
create procedure extra() language sql as 'select 1';
