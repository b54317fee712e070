BEGIN;
ALTER TABLE public.events RENAME CONSTRAINT few TO events_seats;
ALTER TABLE public.events DROP CONSTRAINT events_seats;
ALTER TABLE public.events ADD CONSTRAINT events_seats CHECK (seats > 0);
COMMIT;
