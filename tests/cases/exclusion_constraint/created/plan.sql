BEGIN;
CREATE EXTENSION btree_gist;
CREATE TABLE public.stays (
    room integer,
    during tstzrange,
    "Guest" text,
    cancelled boolean DEFAULT false NOT NULL,
    CONSTRAINT stays_simple EXCLUDE USING btree (room with =),
    CONSTRAINT stays_no_overlap EXCLUDE USING gist (room with =, during with &&) WHERE (not cancelled),
    CONSTRAINT "Odd name" EXCLUDE USING btree (lower("Guest") with =) WITH (fillfactor = '80') DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON CONSTRAINT stays_no_overlap ON public.stays IS 'one guest at a time';
COMMIT;
