create procedure p(a int, out b int) language sql as 'select 1';
create procedure q(in a int, out b int) begin atomic; select a; end;
