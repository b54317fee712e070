BEGIN;
ALTER TABLE public.events ADD CONSTRAINT events_title_check CHECK (length(title) > 0) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT events_title_check;
COMMIT;

BEGIN;
ALTER TABLE public.events ADD CONSTRAINT never CHECK (title <> 'no') NO INHERIT NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT never;
COMMIT;

BEGIN;
ALTER TABLE public.events ADD CONSTRAINT events_seats_check CHECK (seats >= 0) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.events VALIDATE CONSTRAINT events_seats_check;
COMMIT;

BEGIN;
ALTER TABLE public.quiet ADD CONSTRAINT quiet_seats CHECK (seats < 10);
COMMIT;
