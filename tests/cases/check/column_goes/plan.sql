BEGIN;
ALTER TABLE public.filled DROP CONSTRAINT filled_check;
ALTER TABLE public.filled ADD CONSTRAINT filled_check CHECK (n > 0) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.filled VALIDATE CONSTRAINT filled_check;
COMMIT;

BEGIN;
ALTER TABLE public.empty DROP CONSTRAINT empty_check;
ALTER TABLE public.empty ADD CONSTRAINT empty_check CHECK (n > 0);
ALTER TABLE public.empty DROP COLUMN m;
COMMIT;

BEGIN;
ALTER TABLE public.part DROP CONSTRAINT part_check;
ALTER TABLE public.part ADD CONSTRAINT part_check CHECK (n > 0);
COMMIT;

BEGIN;
ALTER TABLE public.empty_parted DROP COLUMN m;
COMMIT;

BEGIN;
ALTER TABLE public.heir DROP CONSTRAINT heir_check;
ALTER TABLE public.heir ADD CONSTRAINT heir_check CHECK (o > n);
COMMIT;

BEGIN;
ALTER TABLE public.filled DROP COLUMN m;
COMMIT;
