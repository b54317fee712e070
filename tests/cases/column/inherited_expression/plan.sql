BEGIN;
CREATE TABLE public.people (
    name text,
    upper text GENERATED ALWAYS AS (upper(name)) STORED
);
CREATE TABLE public.friends (
    upper text,
    since date DEFAULT NULL
) INHERITS (public.people);
CREATE TABLE public.best_friends (
    upper text
) INHERITS (public.friends);
COMMIT;
