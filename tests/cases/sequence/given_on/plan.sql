BEGIN;
ALTER SEQUENCE public.to_nobody OWNED BY NONE;
COMMIT;

BEGIN;
DROP TABLE public.to_none;
COMMIT;

BEGIN;
CREATE TABLE public.new (
    a bigint DEFAULT nextval('to_new_table')
);
ALTER SEQUENCE public.to_new_table OWNED BY public.new.a;
COMMIT;

BEGIN;
DROP TABLE public.to_new;
COMMIT;

BEGIN;
ALTER TABLE public.old ALTER COLUMN a SET DEFAULT nextval('to_old_table');
ALTER SEQUENCE public.to_old_table OWNED BY public.old.a;
COMMIT;

BEGIN;
DROP TABLE public.to_old;
COMMIT;

BEGIN;
ALTER TABLE public.t ADD COLUMN c bigint DEFAULT nextval('to_column');
ALTER SEQUENCE public.to_column OWNED BY public.t.c;
ALTER TABLE public.t DROP COLUMN a;
COMMIT;
