BEGIN;
CREATE TABLE public.people (
    name text,
    upper text GENERATED ALWAYS AS (upper(name)) STORED
);
CREATE TABLE public.friends (
    upper text GENERATED ALWAYS AS (lower(name)) STORED,
    since date DEFAULT NULL
) INHERITS (public.people);
CREATE TABLE public.best_friends (
    upper text GENERATED ALWAYS AS (upper(name)) STORED
) INHERITS (public.friends);
COMMIT;
