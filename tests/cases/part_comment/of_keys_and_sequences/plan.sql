BEGIN;
COMMENT ON INDEX public.goes IS NULL;
COMMENT ON SEQUENCE public.t_n_seq IS NULL;
CREATE TABLE public.u (
    id serial NOT NULL,
    CONSTRAINT u_pkey PRIMARY KEY (id)
);
COMMENT ON SEQUENCE public.t_id_seq IS 'another';
COMMENT ON INDEX public.u_pkey IS 'the index';
COMMENT ON SEQUENCE public.u_id_seq IS 'the sequence';
COMMIT;

BEGIN;
ALTER TABLE public.t DROP CONSTRAINT goes;
ALTER TABLE public.t ALTER COLUMN b SET NOT NULL;
ALTER TABLE public.t RENAME CONSTRAINT t_key TO t_pkey;
ALTER TABLE public.t DROP CONSTRAINT t_a_key;
ALTER TABLE public.t ADD CONSTRAINT t_a_key UNIQUE (a, b);
ALTER TABLE public.t ADD CONSTRAINT new_b UNIQUE (b);
COMMIT;

BEGIN;
COMMENT ON INDEX public.t_a_key IS 'replaced';
COMMENT ON INDEX public.new_b IS 'new';
COMMIT;
