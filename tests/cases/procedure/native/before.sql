create procedure p(internal) language c as '$libdir/plpgsql', 'plpgsql_inline_handler';
