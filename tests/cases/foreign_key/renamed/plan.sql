BEGIN;
ALTER TABLE public.children RENAME CONSTRAINT a_to_p TO children_a;
COMMIT;
