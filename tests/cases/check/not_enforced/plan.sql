BEGIN;
ALTER TABLE public.events ADD CONSTRAINT events_seats CHECK (seats > 0) NOT ENFORCED;
ALTER TABLE public.events DROP CONSTRAINT events_price;
ALTER TABLE public.events ADD CONSTRAINT events_price CHECK (price > 0) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT events_price;
COMMIT;
