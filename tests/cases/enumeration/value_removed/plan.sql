BEGIN;
DROP POLICY p ON public.t;
DROP VIEW public.vv;
DROP VIEW public.v;
ALTER TABLE public.t DROP CONSTRAINT not_sad;
DROP INDEX public.t_open;
DROP INDEX public.t_many;
DROP FUNCTION public.f(public.mood);
ALTER TYPE public.mood RENAME VALUE 'sad' TO 'bad';
ALTER TYPE public.mood RENAME TO pgreconcile_mood_old;
CREATE TYPE public.mood AS ENUM ('new', 'bad', 'added', 'ok');
ALTER TABLE public.other ALTER COLUMN m DROP DEFAULT, ALTER COLUMN m TYPE public.mood USING m::text::public.mood, ALTER COLUMN m SET DEFAULT 'ok';
ALTER TABLE public.t ALTER COLUMN m DROP DEFAULT, ALTER COLUMN m TYPE public.mood USING m::text::public.mood, ALTER COLUMN m SET DEFAULT 'new', ALTER COLUMN many DROP DEFAULT, ALTER COLUMN many TYPE public.mood[] USING many::text[]::public.mood[], ALTER COLUMN many SET DEFAULT '{new}', ALTER COLUMN was DROP DEFAULT, ALTER COLUMN was TYPE public.mood USING was::text::public.mood, ALTER COLUMN was SET DEFAULT 'added', ALTER COLUMN extra DROP DEFAULT, ALTER COLUMN extra TYPE public.mood USING extra::text::public.mood, ALTER COLUMN extra SET DEFAULT 'ok'::public.mood;
DROP TYPE public.pgreconcile_mood_old;
CREATE FUNCTION public.f(a mood) RETURNS mood
    LANGUAGE sql
    AS $$select a$$;
ALTER TABLE public.t ALTER COLUMN was SET DEFAULT 'added';
ALTER TABLE public.t ADD CONSTRAINT not_sad CHECK (m <> 'bad');
CREATE INDEX t_open ON public.t USING btree (m) WHERE (m = 'new');
CREATE UNIQUE INDEX t_many ON public.t USING btree (id) WHERE ('ok' = any (many));
CREATE VIEW public.v AS
select id, m from t where m = 'ok';
CREATE VIEW public.vv AS
select m from v;
CREATE POLICY p ON public.t USING (m <> 'bad');
COMMENT ON TYPE public.mood IS 'kept';
COMMIT;
