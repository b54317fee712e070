BEGIN;
ALTER TYPE public.retyped ALTER ATTRIBUTE a TYPE bigint;
ALTER TYPE public.retyped ALTER ATTRIBUTE b TYPE text COLLATE "C";
ALTER TYPE public.retyped ALTER ATTRIBUTE c TYPE text;
ALTER TYPE public.renamed RENAME ATTRIBUTE old TO new;
ALTER TYPE public.address DROP ATTRIBUTE gone;
ALTER TYPE public.address ADD ATTRIBUTE country text;
COMMIT;
