BEGIN;
ALTER TABLE public.things ALTER COLUMN a SET DEFAULT 0;
ALTER TABLE public.things ALTER COLUMN b TYPE integer USING b::integer;
ALTER TABLE public.things ALTER COLUMN c TYPE text;
COMMIT;

BEGIN;
DROP SEQUENCE public.numbers;
DROP DOMAIN public.positive;
DROP TYPE public.mood;
COMMIT;
