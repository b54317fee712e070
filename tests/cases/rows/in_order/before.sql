create table t (no int generated always as identity, name text unique);
