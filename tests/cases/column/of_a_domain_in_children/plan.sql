BEGIN;
CREATE DOMAIN public.d AS int DEFAULT (5);
CREATE TABLE public.parent (
    a d DEFAULT 7,
    b d
);
CREATE TABLE public.child (
    a d,
    b d
) INHERITS (public.parent);
ALTER TABLE public.child ALTER COLUMN a DROP DEFAULT;
COMMIT;
