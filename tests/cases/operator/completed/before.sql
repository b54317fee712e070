create function same(a int, b int) returns bool language sql immutable as 'select $1 = $2';
create function other(a int, b int) returns bool language sql immutable as 'select $1 <> $2';
create operator === (function = same, leftarg = int, rightarg = int);
create operator !== (function = other, leftarg = int, rightarg = int);
create operator <=> (function = same, leftarg = int, rightarg = int);
create operator <!> (function = other, leftarg = int, rightarg = int, commutator = <!>);
comment on operator === (int, int) is 'kept';
create view v as select 1 === 1 as same;
