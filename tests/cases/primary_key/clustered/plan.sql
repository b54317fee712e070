BEGIN;
CREATE TABLE public.a (
    id integer NOT NULL,
    CONSTRAINT a_pkey PRIMARY KEY (id) WITH (fillfactor = '70')
);
ALTER TABLE public.a CLUSTER ON a_pkey;
COMMIT;

BEGIN;
ALTER INDEX public.b_pkey SET (fillfactor = '70');
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_b_x_new ON public.b (x) INCLUDE (id);

BEGIN;
ALTER TABLE public.b DROP CONSTRAINT b_x;
ALTER TABLE public.b ADD CONSTRAINT b_x UNIQUE USING INDEX pgreconcile_b_x_new DEFERRABLE;
ALTER TABLE public.b CLUSTER ON b_x;
COMMIT;
