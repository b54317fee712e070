create type mood as enum ('ok', 'sad');
create function as_mood(t text) returns mood language sql stable as 'select (enum_range(null::mood))[1]';
comment on function as_mood(text) is 'by name';
create cast (text as mood) with function as_mood(text);
comment on cast (text as mood) is 'by function';
