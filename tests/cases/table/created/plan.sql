BEGIN;
CREATE TABLE public.bare ();
CREATE UNLOGGED TABLE public.quick (
    id integer
);
CREATE TABLE public.children (
    parent integer
);
CREATE TABLE public.parents (
    id integer NOT NULL,
    CONSTRAINT parents_pkey PRIMARY KEY (id)
);
ALTER TABLE public.children ADD CONSTRAINT children_parent_fkey FOREIGN KEY (parent) REFERENCES public.parents;
COMMIT;
