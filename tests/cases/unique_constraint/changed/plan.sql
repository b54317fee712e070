CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_t_key_new ON public.t (a, b);

BEGIN;
ALTER TABLE public.t DROP CONSTRAINT t_key;
ALTER TABLE public.t ADD CONSTRAINT t_key UNIQUE USING INDEX pgreconcile_t_key_new;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_t_at_end_new ON public.t (b);

BEGIN;
ALTER TABLE public.t DROP CONSTRAINT t_at_end;
ALTER TABLE public.t ADD CONSTRAINT t_at_end UNIQUE USING INDEX pgreconcile_t_at_end_new DEFERRABLE INITIALLY DEFERRED;
COMMIT;
