BEGIN;
ALTER TABLE public.stays DROP CONSTRAINT stays_simple;
ALTER TABLE public.stays ADD CONSTRAINT stays_simple EXCLUDE USING btree (room with =);
ALTER TABLE public.stays DROP CONSTRAINT stays_no_overlap;
ALTER TABLE public.stays ADD CONSTRAINT stays_no_overlap EXCLUDE USING gist (room with =, during with &&) WHERE (not cancelled);
ALTER INDEX public."Odd name" SET (fillfactor = '80');
COMMIT;

BEGIN;
COMMENT ON CONSTRAINT stays_no_overlap ON public.stays IS 'one guest at a time';
COMMIT;
