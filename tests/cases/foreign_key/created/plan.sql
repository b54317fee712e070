BEGIN;
CREATE SCHEMA tenants;
CREATE TABLE public.parents (
    id bigint NOT NULL,
    code text,
    a integer,
    b integer,
    CONSTRAINT parents_pkey PRIMARY KEY (id),
    CONSTRAINT parents_a_b_key UNIQUE (a, b),
    CONSTRAINT parents_code_key UNIQUE (code)
);
CREATE TABLE public.children (
    id bigint NOT NULL,
    cascade bigint,
    restrict bigint,
    nulled bigint,
    defaulted bigint DEFAULT 1,
    plain text,
    later bigint,
    at_end bigint,
    a integer,
    b integer,
    self bigint,
    CONSTRAINT children_pkey PRIMARY KEY (id)
);
CREATE TABLE public.one (
    id bigint NOT NULL,
    other bigint,
    CONSTRAINT one_pkey PRIMARY KEY (id)
);
CREATE TABLE public.two (
    id bigint NOT NULL,
    other bigint,
    CONSTRAINT two_pkey PRIMARY KEY (id)
);
CREATE TABLE tenants.far (
    parent bigint
);
ALTER TABLE public.children ADD CONSTRAINT children_pair FOREIGN KEY (a, b) REFERENCES public.parents (a, b) MATCH FULL;
ALTER TABLE public.children ADD CONSTRAINT children_cascade_fkey FOREIGN KEY (cascade) REFERENCES public.parents ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE public.children ADD CONSTRAINT children_restrict_fkey FOREIGN KEY (restrict) REFERENCES public.parents ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE public.children ADD CONSTRAINT children_nulled_fkey FOREIGN KEY (nulled) REFERENCES public.parents (id) ON DELETE SET NULL ON UPDATE SET NULL;
ALTER TABLE public.children ADD CONSTRAINT children_defaulted_fkey FOREIGN KEY (defaulted) REFERENCES public.parents ON DELETE SET DEFAULT ON UPDATE SET DEFAULT;
ALTER TABLE public.children ADD CONSTRAINT children_plain_fkey FOREIGN KEY (plain) REFERENCES public.parents (code);
ALTER TABLE public.children ADD CONSTRAINT children_later_fkey FOREIGN KEY (later) REFERENCES public.parents DEFERRABLE;
ALTER TABLE public.children ADD CONSTRAINT children_at_end_fkey FOREIGN KEY (at_end) REFERENCES public.parents DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE public.children ADD CONSTRAINT children_self_fkey FOREIGN KEY (self) REFERENCES public.children;
ALTER TABLE public.one ADD CONSTRAINT one_other_fkey FOREIGN KEY (other) REFERENCES public.two;
ALTER TABLE public.two ADD CONSTRAINT two_other_fkey FOREIGN KEY (other) REFERENCES public.one;
ALTER TABLE tenants.far ADD CONSTRAINT far_parent_fkey FOREIGN KEY (parent) REFERENCES public.parents;
COMMIT;
