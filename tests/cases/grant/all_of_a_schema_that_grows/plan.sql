BEGIN;
CREATE FUNCTION public.g() RETURNS int
    LANGUAGE sql
    AS $$select 1$$;
CREATE TABLE public.added (
    id bigint GENERATED ALWAYS AS IDENTITY
);
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {{unique}}_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {{unique}}_reader;
COMMIT;
