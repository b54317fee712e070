BEGIN;
ALTER TABLE public.stays DROP CONSTRAINT stays_room;
ALTER TABLE public.rooms DROP CONSTRAINT rooms_key;
ALTER TABLE public.rooms ADD CONSTRAINT rooms_key UNIQUE (id, valid WITHOUT OVERLAPS);
ALTER TABLE public.stays ADD CONSTRAINT stays_room FOREIGN KEY (room, PERIOD during) REFERENCES public.rooms (id, PERIOD valid);
COMMIT;
