BEGIN;
DROP PROCEDURE public.p(integer);
CREATE PROCEDURE public.p(a int, out b bigint)
    LANGUAGE sql
    AS $$select 1$$;
COMMIT;

BEGIN;
CREATE OR REPLACE PROCEDURE public.q(a int, out b int)
    LANGUAGE sql
    begin atomic select a + 1; end;
CREATE PROCEDURE public.r(in a int, out b int)
    LANGUAGE sql
    AS $$select 1$$;
COMMIT;
