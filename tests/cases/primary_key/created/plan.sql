BEGIN;
CREATE TABLE public.one (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT one_pkey PRIMARY KEY (id)
);
CREATE TABLE public.pair (
    a integer NOT NULL,
    b text NOT NULL,
    c integer,
    CONSTRAINT pair_pkey PRIMARY KEY (a, b)
);
CREATE TABLE public.named (
    a integer NOT NULL,
    c integer,
    CONSTRAINT named_by_hand PRIMARY KEY (a) INCLUDE (c) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE public.two_marks (
    a integer NOT NULL,
    b integer NOT NULL,
    CONSTRAINT two_marks_pkey PRIMARY KEY (a, b)
);
COMMIT;
