BEGIN;
CREATE SCHEMA "inner";
CREATE TYPE public.mood AS ENUM ('glad');
CREATE SEQUENCE public.numbers;
CREATE FUNCTION public.secret() RETURNS int
    LANGUAGE sql
    AS $$select 1$$;
CREATE TABLE public.secrets (
    id int
);
CREATE TABLE public.open (
    id int
);
CREATE VIEW public.hidden AS
select id from secrets;
REVOKE ALL ON TABLE public.secrets FROM {{unique}}_anon;
REVOKE ALL ON TABLE public.hidden FROM {{unique}}_anon;
REVOKE ALL ON FUNCTION public.secret() FROM {{unique}}_anon;
REVOKE ALL ON SCHEMA "inner" FROM {{unique}}_anon;
REVOKE ALL ON SEQUENCE public.numbers FROM {{unique}}_anon;
REVOKE UPDATE ON TABLE public.open FROM {{unique}}_reader;
GRANT SELECT ON TABLE public.open TO {{unique}}_reader;
REVOKE ALL ON TYPE public.mood FROM {{unique}}_anon;
COMMIT;
