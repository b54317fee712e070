BEGIN;
CREATE EXTENSION btree_gist;
CREATE TABLE public.stays (
    room integer,
    during tstzrange,
    "Guest" text,
    cancelled boolean DEFAULT false NOT NULL,
    CONSTRAINT stays_simple EXCLUDE USING btree (room with =),
    CONSTRAINT stays_no_overlap EXCLUDE USING gist (room with =, during with &&) WHERE (not cancelled),
    CONSTRAINT "Odd name" EXCLUDE USING btree (lower("Guest") with =) DEFERRABLE INITIALLY DEFERRED
);
ALTER INDEX public."Odd name" SET (fillfactor = '80');
COMMENT ON CONSTRAINT stays_no_overlap ON public.stays IS 'one guest at a time';
COMMIT;
