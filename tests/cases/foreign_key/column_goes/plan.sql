BEGIN;
ALTER TABLE public.filled DROP CONSTRAINT filled_fkey;
ALTER TABLE public.filled ADD CONSTRAINT filled_fkey FOREIGN KEY (parent) REFERENCES public.parent NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.filled VALIDATE CONSTRAINT filled_fkey;
COMMIT;

BEGIN;
ALTER TABLE public.filled DROP CONSTRAINT filled_other_fkey;
ALTER TABLE public.filled ADD CONSTRAINT filled_other_fkey FOREIGN KEY (parent) REFERENCES public.parent (id) ON DELETE CASCADE NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.filled VALIDATE CONSTRAINT filled_other_fkey;
COMMIT;

BEGIN;
ALTER TABLE public.filled DROP COLUMN code;
COMMIT;

BEGIN;
ALTER TABLE public.empty DROP CONSTRAINT empty_fkey;
ALTER TABLE public.empty ADD CONSTRAINT empty_fkey FOREIGN KEY (parent) REFERENCES public.parent;
ALTER TABLE public.empty DROP COLUMN code;
COMMIT;

BEGIN;
ALTER TABLE public.parent DROP CONSTRAINT parent_code_key;
ALTER TABLE public.parent DROP COLUMN code;
ALTER TABLE public.parent DROP COLUMN other;
COMMIT;
