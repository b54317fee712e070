DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.people SET empty = (''none'') WHERE empty IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.people WHERE empty IS NULL AND (''none'') IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.people ADD CONSTRAINT pgreconcile_people_empty_not_null CHECK (empty IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.people SET empty = (''none'') WHERE empty IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.people WHERE empty IS NULL AND (''none'') IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.people VALIDATE CONSTRAINT pgreconcile_people_empty_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.people ALTER COLUMN empty SET NOT NULL;
ALTER TABLE public.people DROP CONSTRAINT pgreconcile_people_empty_not_null;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.people SET filled = (lower(raw)) WHERE filled IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.people WHERE filled IS NULL AND (lower(raw)) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.people ADD CONSTRAINT pgreconcile_people_filled_not_null CHECK (filled IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.people SET filled = (lower(raw)) WHERE filled IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.people WHERE filled IS NULL AND (lower(raw)) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.people VALIDATE CONSTRAINT pgreconcile_people_filled_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.people ALTER COLUMN filled SET NOT NULL;
ALTER TABLE public.people DROP CONSTRAINT pgreconcile_people_filled_not_null;
ALTER TABLE public.people ALTER COLUMN dropped DROP NOT NULL;
ALTER TABLE public.people ADD CONSTRAINT pgreconcile_people_full_already_not_null CHECK (full_already IS NOT NULL) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.people VALIDATE CONSTRAINT pgreconcile_people_full_already_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.people ALTER COLUMN full_already SET NOT NULL;
ALTER TABLE public.people DROP CONSTRAINT pgreconcile_people_full_already_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.quiet ALTER COLUMN name SET NOT NULL;
COMMIT;
