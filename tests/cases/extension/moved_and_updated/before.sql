create schema tools;
create extension pg_trgm version '1.5';
create extension hstore;
