BEGIN;
DROP VIEW public.upper_names;
DROP VIEW public.names;
DROP MATERIALIZED VIEW public.counted;
ALTER TABLE public.events ALTER COLUMN name TYPE text;
CREATE VIEW public.names WITH (security_barrier = true) AS
select name from events;
CREATE VIEW public.upper_names AS
select upper(name) as name from names;
CREATE MATERIALIZED VIEW public.counted AS
select name, count(*) as n from events group by name;
CREATE INDEX counted_idx ON public.counted USING btree (name);
ALTER MATERIALIZED VIEW public.counted OWNER TO {{unique}}_owner;
ALTER VIEW public.names OWNER TO {{unique}}_owner;
ALTER VIEW public.upper_names OWNER TO {{unique}}_owner;
GRANT SELECT ON TABLE public.counted TO {{unique}}_reader;
GRANT SELECT (name), UPDATE (name) ON TABLE public.names TO PUBLIC;
GRANT SELECT ON TABLE public.names TO {{unique}}_reader WITH GRANT OPTION;
COMMENT ON VIEW public.upper_names IS 'upper';
COMMENT ON INDEX public.counted_idx IS 'by name';
COMMENT ON COLUMN public.upper_names.name IS 'loud';
COMMIT;

BEGIN;
DROP FUNCTION public.f(integer);
CREATE FUNCTION public.f(renamed integer) RETURNS integer
    LANGUAGE sql
    AS $$select renamed$$;
ALTER FUNCTION public.f(integer) OWNER TO {{unique}}_owner;
REVOKE ALL ON FUNCTION public.f(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.f(integer) TO {{unique}}_reader;
COMMIT;

BEGIN;
DROP FUNCTION public.kept(integer);
CREATE FUNCTION public.kept(a integer) RETURNS bigint
    LANGUAGE sql
    AS $$select a::bigint$$;
ALTER FUNCTION public.kept(integer) OWNER TO {{unique}}_owner;
COMMENT ON FUNCTION public.kept(integer) IS 'kept';
COMMIT;

BEGIN;
DROP DOMAIN public.short;
CREATE DOMAIN public.short AS varchar(8);
ALTER DOMAIN public.short OWNER TO {{unique}}_owner;
REVOKE ALL ON DOMAIN public.short FROM PUBLIC;
COMMENT ON DOMAIN public.short IS 'short';
COMMIT;
