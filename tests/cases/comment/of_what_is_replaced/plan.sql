BEGIN;
DROP FUNCTION public.f(integer);
CREATE FUNCTION public.f(renamed int) RETURNS int
    LANGUAGE sql
    AS $$select renamed$$;
GRANT EXECUTE ON FUNCTION public.f(integer) TO {{unique}}_reader;
REVOKE ALL ON FUNCTION public.f(integer) FROM PUBLIC;
COMMENT ON FUNCTION public.f(integer) IS 'kept';
COMMIT;

BEGIN;
ALTER TABLE public.t DROP CONSTRAINT t_check;
ALTER TABLE public.t ADD CONSTRAINT t_check CHECK (a > 1 or true) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.t VALIDATE CONSTRAINT t_check;
COMMIT;

CREATE INDEX CONCURRENTLY pgreconcile_t_idx_new ON public.t USING btree (a desc);

DROP INDEX CONCURRENTLY public.t_idx;

BEGIN;
ALTER INDEX public.pgreconcile_t_idx_new RENAME TO t_idx;
COMMIT;

BEGIN;
ALTER TABLE public.u DROP CONSTRAINT u_key;
ALTER TABLE public.u ADD CONSTRAINT u_key FOREIGN KEY (b) REFERENCES public.t (b) ON DELETE CASCADE;
COMMIT;

BEGIN;
DROP TRIGGER tr ON public.t;
CREATE TRIGGER tr BEFORE INSERT OR UPDATE ON public.t FOR EACH STATEMENT EXECUTE FUNCTION public.g();
COMMENT ON INDEX public.t_idx IS 'kept';
COMMIT;

BEGIN;
COMMENT ON CONSTRAINT t_check ON public.t IS 'kept';
COMMENT ON TRIGGER tr ON public.t IS 'new';
COMMENT ON CONSTRAINT u_key ON public.u IS 'kept';
COMMIT;
