BEGIN;
CREATE TABLE public.t (
    a int,
    b int,
    CONSTRAINT t_b_check CHECK (b > 0)
);
CREATE FUNCTION public.is_fine(t) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$select $1.a > 0$$;
CREATE TABLE public.u (
    a t,
    b int,
    CONSTRAINT u_fine CHECK (is_fine(a))
);
ALTER TABLE public.t ADD CONSTRAINT t_whole CHECK (is_fine(t));
COMMIT;
