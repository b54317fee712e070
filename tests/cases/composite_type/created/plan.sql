BEGIN;
CREATE TYPE public."Odd name" AS ();
CREATE TYPE public.address_part AS (kind int);
CREATE TYPE public.address AS (street varchar(80), town text COLLATE "C", "Ünï code" address_part[]);
CREATE FUNCTION public.street(a address) RETURNS text
    LANGUAGE sql
    AS $$select a.street$$;
CREATE TABLE public.t (
    home address,
    parts address_part[]
);
COMMENT ON TYPE public.address IS 'where';
COMMIT;
