BEGIN;
CREATE TABLE public.fresh (
    id int GENERATED ALWAYS AS IDENTITY CONSTRAINT id_there NOT NULL,
    number serial CONSTRAINT number_there NOT NULL,
    alone int NOT NULL NO INHERIT,
    CONSTRAINT fresh_pkey PRIMARY KEY (id)
);
COMMIT;

BEGIN;
ALTER TABLE public.t RENAME CONSTRAINT former TO latter;
ALTER TABLE public.t ALTER CONSTRAINT handed_down INHERIT;
ALTER TABLE public.t RENAME CONSTRAINT alone_there TO alone_now;
ALTER TABLE public.t ALTER CONSTRAINT alone_now NO INHERIT;
ALTER TABLE public.t ADD CONSTRAINT pgreconcile_t_proved_not_null CHECK (proved IS NOT NULL) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.t VALIDATE CONSTRAINT pgreconcile_t_proved_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.t ADD CONSTRAINT proved_there NOT NULL proved NO INHERIT;
ALTER TABLE public.t DROP CONSTRAINT pgreconcile_t_proved_not_null;
ALTER TABLE public.t ADD CONSTRAINT pgreconcile_t_found_not_null CHECK (found IS NOT NULL) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.t VALIDATE CONSTRAINT pgreconcile_t_found_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.t ALTER COLUMN found SET NOT NULL;
ALTER TABLE public.t RENAME CONSTRAINT found_not_valid TO found_there;
ALTER TABLE public.t DROP CONSTRAINT pgreconcile_t_found_not_null;
ALTER TABLE public.t ALTER COLUMN gone DROP NOT NULL;
ALTER TABLE public.t ADD COLUMN added int;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.t SET added = (2) WHERE added IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.t WHERE added IS NULL AND (2) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.t ADD CONSTRAINT pgreconcile_t_added_not_null CHECK (added IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.t SET added = (2) WHERE added IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.t WHERE added IS NULL AND (2) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.t VALIDATE CONSTRAINT pgreconcile_t_added_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.t ADD CONSTRAINT added_there NOT NULL added;
ALTER TABLE public.t DROP CONSTRAINT pgreconcile_t_added_not_null;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.t SET filled = (1) WHERE filled IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.t WHERE filled IS NULL AND (1) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.t ADD CONSTRAINT pgreconcile_t_filled_not_null CHECK (filled IS NOT NULL) NOT VALID;
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.t SET filled = (1) WHERE filled IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.t WHERE filled IS NULL AND (1) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.t VALIDATE CONSTRAINT pgreconcile_t_filled_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.t ADD CONSTRAINT filled_there NOT NULL filled;
ALTER TABLE public.t DROP CONSTRAINT pgreconcile_t_filled_not_null;
COMMIT;
