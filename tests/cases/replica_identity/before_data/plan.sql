BEGIN;
ALTER TABLE public.a REPLICA IDENTITY FULL;
ALTER TABLE public.a ADD COLUMN note text;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.a SET note = (''none'') WHERE note IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.a WHERE note IS NULL AND (''none'') IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.a ADD CONSTRAINT pgreconcile_a_note_not_null CHECK (note IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.a SET note = (''none'') WHERE note IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.a WHERE note IS NULL AND (''none'') IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.a VALIDATE CONSTRAINT pgreconcile_a_note_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.a ALTER COLUMN note SET NOT NULL;
ALTER TABLE public.a DROP CONSTRAINT pgreconcile_a_note_not_null;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY b_pkey ON public.b (x);

BEGIN;
ALTER TABLE public.b ADD CONSTRAINT b_pkey PRIMARY KEY USING INDEX b_pkey;
ALTER TABLE public.b ADD COLUMN note text;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.b SET note = (''none'') WHERE note IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.b WHERE note IS NULL AND (''none'') IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.b ADD CONSTRAINT pgreconcile_b_note_not_null CHECK (note IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.b SET note = (''none'') WHERE note IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.b WHERE note IS NULL AND (''none'') IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.b VALIDATE CONSTRAINT pgreconcile_b_note_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.b ALTER COLUMN note SET NOT NULL;
ALTER TABLE public.b DROP CONSTRAINT pgreconcile_b_note_not_null;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY c_x ON public.c USING btree (x);

BEGIN;
ALTER TABLE public.c REPLICA IDENTITY USING INDEX c_x;
ALTER TABLE public.c ADD COLUMN pgreconcile_at_new timestamptz;
ALTER TABLE public.c ALTER COLUMN pgreconcile_at_new SET DEFAULT clock_timestamp();
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.c SET pgreconcile_at_new = (clock_timestamp()) WHERE pgreconcile_at_new IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.c WHERE pgreconcile_at_new IS NULL AND (clock_timestamp()) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.c RENAME COLUMN pgreconcile_at_new TO at;
COMMIT;
