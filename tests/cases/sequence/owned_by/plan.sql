BEGIN;
ALTER SEQUENCE public.taken OWNED BY public.orders.id;
ALTER SEQUENCE public.moved OWNED BY public.orders."Other";
COMMIT;

BEGIN;
ALTER SEQUENCE public.freed OWNED BY NONE;
COMMIT;

BEGIN;
ALTER TABLE public.former RENAME TO latter;
ALTER TABLE public.latter RENAME COLUMN id TO number;
COMMIT;
