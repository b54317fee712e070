BEGIN;
ALTER SEQUENCE public.slim_id_seq OWNED BY NONE;
ALTER TABLE public.slim DROP COLUMN id;
COMMIT;

BEGIN;
ALTER SEQUENCE public.old_id_seq OWNED BY NONE;
DROP TABLE public.old;
COMMIT;

BEGIN;
ALTER SEQUENCE public.older_a_seq OWNED BY NONE;
DROP TABLE public.older;
COMMIT;

BEGIN;
ALTER TABLE public.plain ALTER COLUMN id DROP DEFAULT;
ALTER SEQUENCE public.plain_id_seq OWNED BY NONE;
ALTER TABLE public.plain ALTER COLUMN id SET DEFAULT nextval('plain_id_seq');
COMMIT;

BEGIN;
ALTER TABLE public.newer ALTER COLUMN a SET DEFAULT nextval('older_a_seq');
ALTER SEQUENCE public.older_a_seq OWNED BY public.newer.a;
COMMIT;

BEGIN;
ALTER SEQUENCE public.free_id_seq AS integer OWNED BY public.free.id;
SELECT pg_catalog.setval('public.free_id_seq', m.last) FROM public.free_id_seq s, (SELECT pg_catalog.max(id) AS last FROM public.free) m WHERE m.last OPERATOR(pg_catalog.>=) s.last_value;
ALTER TABLE public.free ALTER COLUMN id SET DEFAULT pg_catalog.nextval('public.free_id_seq');
COMMIT;

BEGIN;
ALTER SEQUENCE public.behind_no_seq AS integer OWNED BY public.behind.no;
SELECT pg_catalog.setval('public.behind_no_seq', m.last) FROM public.behind_no_seq s, (SELECT pg_catalog.max(no) AS last FROM public.behind) m WHERE m.last OPERATOR(pg_catalog.>=) s.last_value;
ALTER TABLE public.behind ALTER COLUMN no SET DEFAULT pg_catalog.nextval('public.behind_no_seq');
COMMIT;
