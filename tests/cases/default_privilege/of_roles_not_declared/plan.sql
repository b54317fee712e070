BEGIN;
CREATE TABLE public.t (
    a int
);
COMMIT;
