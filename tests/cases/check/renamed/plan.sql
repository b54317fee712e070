BEGIN;
ALTER TABLE public.events RENAME CONSTRAINT few TO events_seats;
COMMIT;
