create table schema_migrations (version text);
create table events (id bigint);
