create table events (id bigint);
comment on table events is 'told by hand';
