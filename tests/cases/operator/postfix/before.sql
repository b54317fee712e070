create function twice(int) returns int language sql immutable as 'select 2 * $1';
create operator !!! (function = twice, leftarg = int);
