BEGIN;
ALTER TABLE public.items ADD COLUMN added text;
COMMIT;

BEGIN;
ALTER TABLE public.bookings ADD COLUMN added text;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY bookings_tenant_id_key ON public.bookings (tenant_id, id);

BEGIN;
ALTER TABLE public.bookings ADD CONSTRAINT bookings_tenant_id_key UNIQUE USING INDEX bookings_tenant_id_key;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY bookings_note_idx ON public.bookings USING btree (note);

BEGIN;
ALTER TABLE public.items ADD CONSTRAINT items_booking_fkey FOREIGN KEY (booking_id, tenant_id) REFERENCES public.bookings (id, tenant_id) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.items VALIDATE CONSTRAINT items_booking_fkey;
COMMIT;

BEGIN;
ALTER TABLE public.items ADD CONSTRAINT items_note_fkey FOREIGN KEY (added) REFERENCES public.bookings (note) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.items VALIDATE CONSTRAINT items_note_fkey;
COMMIT;
