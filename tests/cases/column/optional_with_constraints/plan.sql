-- optional: a failure is no failure of the script
\unset ON_ERROR_STOP
BEGIN;
ALTER TABLE public.t ADD COLUMN b integer;
COMMIT;
\set ON_ERROR_STOP on

-- optional: a failure is no failure of the script
\unset ON_ERROR_STOP
BEGIN;
ALTER TABLE public.t ADD CONSTRAINT t_b_check CHECK (b > 0) NOT VALID;
COMMIT;
\set ON_ERROR_STOP on

-- optional: a failure is no failure of the script
\unset ON_ERROR_STOP
BEGIN;
ALTER TABLE public.t VALIDATE CONSTRAINT t_b_check;
COMMIT;
\set ON_ERROR_STOP on

-- optional: a failure is no failure of the script
\unset ON_ERROR_STOP
BEGIN;
ALTER TABLE public.t ADD CONSTRAINT t_b_fkey FOREIGN KEY (b) REFERENCES public.p NOT VALID;
COMMIT;
\set ON_ERROR_STOP on

-- optional: a failure is no failure of the script
\unset ON_ERROR_STOP
BEGIN;
ALTER TABLE public.t VALIDATE CONSTRAINT t_b_fkey;
COMMIT;
\set ON_ERROR_STOP on

-- optional: a failure is no failure of the script
\unset ON_ERROR_STOP
CREATE UNIQUE INDEX CONCURRENTLY t_b_key ON public.t (b);
\set ON_ERROR_STOP on

-- optional: a failure is no failure of the script
\unset ON_ERROR_STOP
BEGIN;
ALTER TABLE public.t ADD CONSTRAINT t_b_key UNIQUE USING INDEX t_b_key;
COMMIT;
\set ON_ERROR_STOP on
