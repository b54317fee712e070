BEGIN;
DROP FUNCTION public.ranked();
CREATE FUNCTION public.ranked() RETURNS int8
    LANGUAGE internal WINDOW
    AS $$window_row_number$$;
COMMIT;

BEGIN;
CREATE OR REPLACE FUNCTION public.costs(a int) RETURNS setof int
    LANGUAGE sql COST 0.5 ROWS 20
    AS $$select 1$$;
CREATE OR REPLACE FUNCTION public.usual(a int) RETURNS setof int
    LANGUAGE sql
    AS $$select 1$$;
CREATE OR REPLACE FUNCTION public.settings() RETURNS int
    LANGUAGE sql
    SET datestyle = 'ISO'
    SET enable_seqscan = 'off'
    SET my.own = '3'
    SET work_mem = '2MB'
    AS $$select 1$$;
CREATE OR REPLACE FUNCTION public.helped(a text) RETURNS bool
    LANGUAGE internal IMMUTABLE STRICT SUPPORT pg_catalog.textlike_support
    AS $$texteq$$;
CREATE OR REPLACE FUNCTION public.dsnowball_init() RETURNS int
    LANGUAGE c
    AS '$libdir/dict_snowball', 'dsnowball_init';
CREATE OR REPLACE FUNCTION public.moved() RETURNS int
    LANGUAGE c
    AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE OR REPLACE FUNCTION public.internal_one(internal) RETURNS internal
    LANGUAGE internal STRICT
    AS $$int4in$$;
COMMIT;
