create type mood as enum ('sad', 'ok');
create function mood_of(n int) returns mood language sql immutable as 'select ''ok''::mood';
create function mood_too(n int) returns mood language sql immutable as 'select ''ok''::mood';
create cast (int4 as mood) with function mood_of(int);
create cast (text as mood) with inout;
comment on cast (text as mood) is 'kept';
create cast (mood as varchar) with inout as implicit;
create cast (mood as text) with inout as assignment;
create cast (mood as int8) with inout;
