BEGIN;
DROP INDEX public.came_back;
DROP FUNCTION public.f(text);
CREATE FUNCTION public.f(b text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$select b$$;
CREATE INDEX came_back ON public.t USING btree (f(b)) WITH (fillfactor = '60') WHERE (a > 0);
ALTER INDEX public.came_back ALTER COLUMN 1 SET STATISTICS 99;
COMMIT;

BEGIN;
ALTER TABLE public.t DROP CONSTRAINT t_key;
ALTER TABLE public.t ADD CONSTRAINT t_key UNIQUE (a) INCLUDE (b) WITH (fillfactor = '70');
ALTER TABLE public.t CLUSTER ON t_key;
DROP INDEX public.changed;
CREATE INDEX changed ON public.t USING btree (lower(b), (a + 2)) WITH (fillfactor = '50');
ALTER INDEX public.changed ALTER COLUMN 1 SET STATISTICS 98;
COMMENT ON INDEX public.changed IS 'kept';
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_u_pkey_new ON public.u (a) INCLUDE (b) WITH (fillfactor = '40');

BEGIN;
ALTER TABLE public.u DROP CONSTRAINT u_pkey;
ALTER TABLE public.u ADD CONSTRAINT u_pkey PRIMARY KEY USING INDEX pgreconcile_u_pkey_new;
COMMIT;

CREATE INDEX CONCURRENTLY pgreconcile_another_method_new ON public.u USING hash (a);

DROP INDEX CONCURRENTLY public.another_method;

BEGIN;
ALTER INDEX public.pgreconcile_another_method_new RENAME TO another_method;
COMMIT;

CREATE INDEX CONCURRENTLY pgreconcile_u_order_new ON public.u USING btree (b, a);

BEGIN;
ALTER TABLE public.u CLUSTER ON pgreconcile_u_order_new;
COMMIT;

DROP INDEX CONCURRENTLY public.u_order;

BEGIN;
ALTER INDEX public.pgreconcile_u_order_new RENAME TO u_order;
COMMIT;
