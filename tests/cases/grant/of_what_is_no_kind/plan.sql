BEGIN;
GRANT ALTER SYSTEM ON PARAMETER work_mem TO {{unique}}_reader;
GRANT ALTER SYSTEM, SET ON PARAMETER custom.thing TO {{unique}}_reader;
GRANT CREATE ON TABLESPACE pg_default TO {{unique}}_reader;
GRANT USAGE ON LANGUAGE plpgsql TO {{unique}}_reader;
DO $$ BEGIN EXECUTE pg_catalog.format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO {{unique}}_reader', pg_catalog.current_database()); END $$;
COMMIT;
