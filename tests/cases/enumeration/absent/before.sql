create type mood as enum ('bad');
create type spare as enum ('x');
