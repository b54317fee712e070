BEGIN;
ALTER TABLE public.t DROP CONSTRAINT t_m_fkey;
DROP VIEW public.v;
DROP INDEX public.t_l;
DROP FUNCTION public.f(public.pair, public.lasting);
DROP FUNCTION public.g();
DROP CAST (text AS public.mood);
ALTER TYPE public.mood RENAME TO pgreconcile_mood_old;
ALTER TYPE public.lasting RENAME TO pgreconcile_lasting_old;
ALTER TYPE public.moods RENAME TO pgreconcile_moods_old;
ALTER DOMAIN public.pgreconcile_moods_old DROP NOT NULL;
ALTER TYPE public.pair RENAME TO pgreconcile_pair_old;
ALTER TYPE public.pairs RENAME TO pgreconcile_pairs_old;
ALTER TYPE public.checked RENAME TO pgreconcile_checked_old;
CREATE TYPE public.mood AS ENUM ('ok', 'sad', 'added');
CREATE DOMAIN public.lasting AS mood DEFAULT ('added') CONSTRAINT lasting_check CHECK (value <> 'added');
CREATE DOMAIN public.moods AS mood[] NOT NULL;
CREATE TYPE public.pair AS (m mood, n int, others other[]);
CREATE TYPE public.pairs AS (first pair, rest pair[], l lasting);
CREATE DOMAIN public.checked AS pair CONSTRAINT checked_check CHECK ((value).n > 0);
ALTER TABLE public.away ALTER COLUMN m DROP DEFAULT, ALTER COLUMN m TYPE public.mood, ALTER COLUMN m SET DEFAULT 'ok', ALTER COLUMN ms TYPE public.moods;
ALTER TABLE public.parents ALTER COLUMN m TYPE public.mood USING m::text::public.mood, ALTER COLUMN l TYPE public.lasting USING l::text::public.lasting;
ALTER TABLE public.parted ALTER COLUMN m TYPE public.mood USING m::text::public.mood, ALTER COLUMN l TYPE public.lasting USING l::text::public.lasting;
ALTER TABLE public.t ALTER COLUMN m TYPE public.mood USING m::text::public.mood, ALTER COLUMN l DROP DEFAULT, ALTER COLUMN l TYPE public.lasting USING l::text::public.lasting, ALTER COLUMN l SET DEFAULT 'sad', ALTER COLUMN many TYPE public.lasting[] USING many::text[]::public.lasting[], ALTER COLUMN ms TYPE public.moods USING ms::text::public.moods, ALTER COLUMN p TYPE public.pair USING p::text::public.pair, ALTER COLUMN ps TYPE public.pair[] USING ps::text[]::public.pair[], ALTER COLUMN deep TYPE public.pairs USING deep::text::public.pairs, ALTER COLUMN c TYPE public.checked USING c::text::public.checked;
DROP TYPE public.pgreconcile_checked_old;
DROP TYPE public.pgreconcile_pairs_old;
DROP TYPE public.pgreconcile_pair_old;
DROP TYPE public.pgreconcile_moods_old;
DROP TYPE public.pgreconcile_lasting_old;
DROP TYPE public.pgreconcile_mood_old;
CREATE FUNCTION public.f(a pair, b lasting) RETURNS mood
    LANGUAGE sql
    AS $$select (a).m$$;
CREATE FUNCTION public.g() RETURNS setof lasting
    LANGUAGE sql
    AS $$select l from t$$;
CREATE CAST (text AS public.mood) WITH INOUT AS ASSIGNMENT;
CREATE INDEX t_l ON public.t USING btree (l) WHERE (l::mood = 'ok');
CREATE VIEW public.v AS
select (p).m, l, deep from t;
ALTER TABLE public.t ADD CONSTRAINT t_m_fkey FOREIGN KEY (m) REFERENCES public.parents;
REVOKE ALL ON DOMAIN public.lasting FROM PUBLIC;
GRANT USAGE ON TYPE public.pair TO {{unique}}_reader;
COMMENT ON DOMAIN public.lasting IS 'kept';
COMMENT ON CONSTRAINT lasting_check ON DOMAIN public.lasting IS 'kept too';
COMMENT ON COLUMN public.pair.m IS 'of the pair';
COMMIT;
