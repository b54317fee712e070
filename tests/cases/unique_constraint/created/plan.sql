BEGIN;
CREATE TABLE public.t (
    a integer,
    b integer,
    c integer,
    CONSTRAINT t_pair UNIQUE (a, b),
    CONSTRAINT t_carry UNIQUE (b) INCLUDE (c),
    CONSTRAINT t_later UNIQUE (c) DEFERRABLE,
    CONSTRAINT t_end UNIQUE (c, a) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT t_a_key UNIQUE (a)
);
COMMIT;
