BEGIN;
CREATE TABLE public.kinds (
    name text NOT NULL,
    CONSTRAINT kinds_pkey PRIMARY KEY (name)
);
INSERT INTO public.kinds (name) SELECT 'talk'::text WHERE NOT EXISTS (SELECT FROM public.kinds t WHERE t.name OPERATOR(pg_catalog.=) 'talk'::text) ON CONFLICT DO NOTHING;
INSERT INTO public.kinds (name) SELECT 'walk'::text WHERE NOT EXISTS (SELECT FROM public.kinds t WHERE t.name OPERATOR(pg_catalog.=) 'walk'::text) ON CONFLICT DO NOTHING;
COMMIT;

BEGIN;
ALTER TABLE public.events ADD CONSTRAINT events_kind_fkey FOREIGN KEY (kind) REFERENCES public.kinds NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT events_kind_fkey;
COMMIT;
