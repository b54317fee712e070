BEGIN;
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE FUNCTION public.best() RETURNS mood
    LANGUAGE sql IMMUTABLE
    AS $$select 'ok'::mood$$;
CREATE TABLE public.t (
    m mood DEFAULT 'ok' NOT NULL,
    b mood DEFAULT best(),
    CONSTRAINT t_m_check CHECK (m <> 'sad')
);
CREATE INDEX t_m ON public.t USING btree (m) WHERE (m = 'ok');
INSERT INTO public.t (m) SELECT 'ok'::mood WHERE NOT EXISTS (SELECT FROM public.t t WHERE t.m OPERATOR(pg_catalog.=) 'ok'::mood);
COMMIT;
