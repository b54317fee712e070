create extension hstore;
create extension citext;
