BEGIN;
DROP PROCEDURE public.renamed_argument(integer);
CREATE PROCEDURE public.renamed_argument(b int)
    LANGUAGE sql
    AS $$select 1$$;
REVOKE ALL ON PROCEDURE public.renamed_argument(integer) FROM PUBLIC;
COMMIT;

BEGIN;
DROP PROCEDURE public.gone(integer);
COMMIT;

BEGIN;
CREATE OR REPLACE PROCEDURE public.body(a int, b varchar = 'x')
    LANGUAGE sql SECURITY DEFINER
    AS $$select 2$$;
COMMIT;
