create function same(a text, b text) returns boolean language sql immutable as 'select a = b';
create function alike(a text, b text) returns boolean language sql immutable as 'select lower(a) = lower(b)';
create operator === (function = alike, leftarg = text, rightarg = text);
create table words (word text);
