BEGIN;
CREATE TABLE public.kinds (
    name text NOT NULL,
    CONSTRAINT kinds_pkey PRIMARY KEY (name)
);
INSERT INTO public.kinds (name) SELECT d.name FROM (VALUES (0, 'talk'::text), (1, 'walk'::text)) d(pgr_number, name) WHERE NOT EXISTS (SELECT FROM public.kinds t WHERE t.name OPERATOR(pg_catalog.=) d.name) ORDER BY d.pgr_number ON CONFLICT (name) DO NOTHING;
COMMIT;

BEGIN;
ALTER TABLE public.events ADD CONSTRAINT events_kind_fkey FOREIGN KEY (kind) REFERENCES public.kinds NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT events_kind_fkey;
COMMIT;
