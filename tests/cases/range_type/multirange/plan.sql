BEGIN;
DROP TYPE public.named;
CREATE TYPE public.named AS RANGE (SUBTYPE = text, MULTIRANGE_TYPE_NAME = public.many);
COMMIT;
