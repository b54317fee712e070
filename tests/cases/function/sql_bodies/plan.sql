BEGIN;
CREATE OR REPLACE FUNCTION public.other(a int) RETURNS int
    LANGUAGE sql
    return a + 2;
CREATE OR REPLACE FUNCTION public.from_text(a int) RETURNS int
    LANGUAGE sql
    return a;
CREATE OR REPLACE FUNCTION public.to_text(a int) RETURNS int
    LANGUAGE sql
    AS $$select a$$;
COMMIT;

BEGIN;
ALTER TABLE public.t ADD COLUMN c int DEFAULT 0;
COMMIT;

BEGIN;
DROP FUNCTION public.of_table(integer);
DROP FUNCTION public.on_retyped(integer);
ALTER TABLE public.t ALTER COLUMN a TYPE bigint;
CREATE FUNCTION public.of_table(x int) RETURNS text
    LANGUAGE sql
    begin atomic select t.b from t where t.a = x; end;
CREATE FUNCTION public.on_retyped(x int) RETURNS text
    LANGUAGE sql
    BEGIN ATOMIC SELECT b FROM t WHERE a = x; END;
COMMIT;

BEGIN;
CREATE FUNCTION public.of_new(x int) RETURNS int
    LANGUAGE sql
    begin atomic; select c from t where a = x; end;
COMMIT;
