BEGIN;
ALTER TABLE public.events ADD CONSTRAINT events_seats CHECK (seats > 0) NOT VALID;
ALTER TABLE public.events DROP CONSTRAINT events_room;
ALTER TABLE public.events ADD CONSTRAINT events_room CHECK (room > 0) NO INHERIT NOT VALID;
COMMIT;
