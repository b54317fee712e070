BEGIN;
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE FUNCTION public.next_a() RETURNS integer
    LANGUAGE sql
    AS $$select count(*)::int from a$$;
CREATE FUNCTION public.is_good(m mood) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$select m = 'ok'$$;
CREATE TABLE public.a (
    id integer DEFAULT next_a() NOT NULL,
    b integer,
    CONSTRAINT a_pkey PRIMARY KEY (id)
);
CREATE FUNCTION public.is_good(a integer) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$select a > 0$$;
CREATE TABLE public.b (
    id integer NOT NULL,
    a integer,
    m mood[],
    CONSTRAINT b_pkey PRIMARY KEY (id),
    CONSTRAINT b_a_check CHECK (is_good(a))
);
ALTER TABLE public.a ADD CONSTRAINT a_b_fkey FOREIGN KEY (b) REFERENCES public.b;
ALTER TABLE public.b ADD CONSTRAINT b_a_fkey FOREIGN KEY (a) REFERENCES public.a;
COMMIT;
