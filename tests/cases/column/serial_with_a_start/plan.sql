BEGIN;
CREATE SEQUENCE public.t_up_seq AS integer;
ALTER SEQUENCE public.t_up_seq OWNED BY public.t.up;
ALTER SEQUENCE public.t_up_seq MINVALUE 2 START WITH 5 RESTART WITH 5;
SELECT setval(pg_get_serial_sequence('public.t', 'up'), max(up)) FROM public.t HAVING max(up) >= 5;
ALTER TABLE public.t ALTER COLUMN up SET DEFAULT nextval('public.t_up_seq');
CREATE SEQUENCE public.t_down_seq AS integer;
ALTER SEQUENCE public.t_down_seq OWNED BY public.t.down;
ALTER SEQUENCE public.t_down_seq INCREMENT BY -1 NO MINVALUE NO MAXVALUE START WITH -1 RESTART WITH -1;
SELECT setval(pg_get_serial_sequence('public.t', 'down'), min(down)) FROM public.t HAVING min(down) <= -1;
ALTER TABLE public.t ALTER COLUMN down SET DEFAULT nextval('public.t_down_seq');
CREATE SEQUENCE public.t_ahead_seq AS integer;
ALTER SEQUENCE public.t_ahead_seq OWNED BY public.t.ahead;
ALTER SEQUENCE public.t_ahead_seq START WITH 1000 RESTART WITH 1000;
ALTER SEQUENCE public.t_ahead_seq RENAME TO from_a_thousand;
SELECT setval(pg_get_serial_sequence('public.t', 'ahead'), max(ahead)) FROM public.t HAVING max(ahead) >= 1000;
ALTER TABLE public.t ALTER COLUMN ahead SET DEFAULT nextval('public.from_a_thousand');
CREATE SEQUENCE public.t_filled_seq AS integer;
ALTER SEQUENCE public.t_filled_seq OWNED BY public.t.filled;
SELECT setval(pg_get_serial_sequence('public.t', 'filled'), max(filled)) FROM public.t HAVING max(filled) >= 1;
ALTER TABLE public.t ALTER COLUMN filled SET DEFAULT nextval('public.t_filled_seq');
COMMIT;

BEGIN;
UPDATE public.t SET filled = (9) WHERE filled IS NULL;
COMMIT;

BEGIN;
ALTER TABLE public.t ADD CONSTRAINT pgreconcile_t_filled_not_null CHECK (filled IS NOT NULL) NOT VALID;
COMMIT;

BEGIN;
UPDATE public.t SET filled = (9) WHERE filled IS NULL;
COMMIT;

BEGIN;
ALTER TABLE public.t VALIDATE CONSTRAINT pgreconcile_t_filled_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.t ALTER COLUMN filled SET NOT NULL;
ALTER TABLE public.t DROP CONSTRAINT pgreconcile_t_filled_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.i ALTER COLUMN down ADD GENERATED ALWAYS AS IDENTITY (INCREMENT BY -1);
SELECT setval(pg_get_serial_sequence('public.i', 'down'), min(down)) FROM public.i HAVING min(down) <= -1;
ALTER TABLE public.i ALTER COLUMN below ADD GENERATED ALWAYS AS IDENTITY;
SELECT setval(pg_get_serial_sequence('public.i', 'below'), max(below)) FROM public.i HAVING max(below) >= 1;
COMMIT;
