BEGIN;
ALTER TABLE public.parted DETACH PARTITION public.part;
COMMIT;

BEGIN;
ALTER TABLE public.part OF public.pair;
COMMIT;

BEGIN;
ALTER TABLE public.typed NOT OF;
COMMIT;

BEGIN;
ALTER TABLE public.parted ATTACH PARTITION public.typed for values in (2);
COMMIT;

BEGIN;
ALTER TABLE public.heir NOT OF;
ALTER TABLE public.heir INHERIT public.parent;
COMMIT;
