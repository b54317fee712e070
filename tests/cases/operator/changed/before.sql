create function same(a text, b int) returns bool language sql immutable as 'select true';
create function too(a text, b int) returns bool language sql immutable as 'select true';
create operator === (function = same, leftarg = text, rightarg = int, restrict = eqsel);
create operator ==> (function = same, leftarg = text, rightarg = int, restrict = eqsel, join = eqjoinsel);
create operator ==| (function = same, leftarg = text, rightarg = int);
comment on operator ==| (text, int) is 'kept';
create operator =|| (function = same, leftarg = text, rightarg = int);
create operator =|= (function = same, leftarg = text, rightarg = int);
create view v as select 'a' ==| 1;
