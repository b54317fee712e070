BEGIN;
CREATE TYPE public."mood(a)" AS ENUM ('sad', 'ok');
CREATE FUNCTION public."(a) to mood"(text) RETURNS "mood(a)"
    LANGUAGE sql
    AS $$select 'ok'::"mood(a)"$$;
CREATE CAST (text AS "mood(a)") WITH FUNCTION "(a) to mood"(text);
CREATE FUNCTION public."(is) ok"(int) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$select true$$;
CREATE FUNCTION public."(is) ok"(text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$select true$$;
CREATE TABLE public."a (t)" (
    "is (n)" int,
    CONSTRAINT ok CHECK ("(is) ok"("is (n)"))
);
COMMIT;
