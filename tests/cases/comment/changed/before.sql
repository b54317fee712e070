create table events (id bigint, name text);
comment on table events is 'old';
comment on column events.id is 'drifted';
