BEGIN;
CREATE SEQUENCE public.t_up_seq AS integer;
ALTER SEQUENCE public.t_up_seq OWNED BY public.t.up;
ALTER SEQUENCE public.t_up_seq MINVALUE 2 START WITH 5 RESTART WITH 5;
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.t', 'up'), pg_catalog.max(up)) FROM public.t HAVING pg_catalog.max(up) OPERATOR(pg_catalog.>=) 5;
ALTER TABLE public.t ALTER COLUMN up SET DEFAULT pg_catalog.nextval('public.t_up_seq');
CREATE SEQUENCE public.t_down_seq AS integer;
ALTER SEQUENCE public.t_down_seq OWNED BY public.t.down;
ALTER SEQUENCE public.t_down_seq INCREMENT BY -1 NO MINVALUE NO MAXVALUE START WITH -1 RESTART WITH -1;
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.t', 'down'), pg_catalog.min(down)) FROM public.t HAVING pg_catalog.min(down) OPERATOR(pg_catalog.<=) -1;
ALTER TABLE public.t ALTER COLUMN down SET DEFAULT pg_catalog.nextval('public.t_down_seq');
CREATE SEQUENCE public.t_ahead_seq AS integer;
ALTER SEQUENCE public.t_ahead_seq OWNED BY public.t.ahead;
ALTER SEQUENCE public.t_ahead_seq START WITH 1000 RESTART WITH 1000;
ALTER SEQUENCE public.t_ahead_seq RENAME TO from_a_thousand;
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.t', 'ahead'), pg_catalog.max(ahead)) FROM public.t HAVING pg_catalog.max(ahead) OPERATOR(pg_catalog.>=) 1000;
ALTER TABLE public.t ALTER COLUMN ahead SET DEFAULT pg_catalog.nextval('public.from_a_thousand');
CREATE SEQUENCE public.t_filled_seq AS integer;
ALTER SEQUENCE public.t_filled_seq OWNED BY public.t.filled;
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.t', 'filled'), pg_catalog.max(filled)) FROM public.t HAVING pg_catalog.max(filled) OPERATOR(pg_catalog.>=) 1;
ALTER TABLE public.t ALTER COLUMN filled SET DEFAULT pg_catalog.nextval('public.t_filled_seq');
COMMIT;

DO $$
DECLARE filled bigint;
BEGIN
    LOOP
        EXECUTE 'UPDATE public.t SET filled = (9) WHERE filled IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.t WHERE filled IS NULL AND (9) IS NOT NULL LIMIT 10000))';
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
        EXECUTE 'UPDATE public.t SET filled = (9) WHERE filled IS NULL AND ctid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT ctid FROM public.t WHERE filled IS NULL AND (9) IS NOT NULL LIMIT 10000))';
        GET DIAGNOSTICS filled = ROW_COUNT;
        COMMIT;
        EXIT WHEN filled = 0;
    END LOOP;
END $$;

BEGIN;
ALTER TABLE public.t VALIDATE CONSTRAINT pgreconcile_t_filled_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.t ALTER COLUMN filled SET NOT NULL;
ALTER TABLE public.t DROP CONSTRAINT pgreconcile_t_filled_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.i ALTER COLUMN down ADD GENERATED ALWAYS AS IDENTITY (INCREMENT BY -1);
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.i', 'down'), pg_catalog.min(down)) FROM public.i HAVING pg_catalog.min(down) OPERATOR(pg_catalog.<=) -1;
ALTER TABLE public.i ALTER COLUMN below ADD GENERATED ALWAYS AS IDENTITY;
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.i', 'below'), pg_catalog.max(below)) FROM public.i HAVING pg_catalog.max(below) OPERATOR(pg_catalog.>=) 1;
COMMIT;
