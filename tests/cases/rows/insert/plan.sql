BEGIN;
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE TABLE public.everything (
    id integer GENERATED ALWAYS AS IDENTITY,
    flag boolean,
    amount numeric(10,2),
    ratio double precision,
    day date,
    stamp timestamptz,
    data jsonb,
    plain json,
    list int[],
    words text[],
    mood mood,
    made timestamptz NOT NULL,
    key uuid,
    CONSTRAINT everything_pkey PRIMARY KEY (id)
);
SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence('public.everything', 'id'), 1);
INSERT INTO public.everything (amount, data, day, flag, id, key, list, made, mood, plain, ratio, stamp, words) OVERRIDING SYSTEM VALUE SELECT '1.5'::numeric(10,2), '{"a":[1,"x"]}'::jsonb, '2020-01-02'::date, 'true'::boolean, '1'::integer, '8d5f8f6e-7a3c-4a6e-9a1b-0c1d2e3f4a5b'::uuid, '{"1","2"}'::int[], (now()), 'ok'::mood, '[1,2]'::json, '0.1'::double precision, '2020-01-02T03:04:05Z'::timestamptz, '{"a","b c"}'::text[] WHERE NOT EXISTS (SELECT FROM public.everything t WHERE t.id OPERATOR(pg_catalog.=) '1'::integer) ON CONFLICT (id) DO NOTHING;
COMMIT;

BEGIN;
INSERT INTO public.settings (id, value) SELECT d.id, d.value FROM (VALUES (0, 'new'::text, E'it''s \\ new'::text), (1, 'nothing'::text, NULL::text)) d(pgr_number, id, value) WHERE NOT EXISTS (SELECT FROM public.settings t WHERE t.id OPERATOR(pg_catalog.=) d.id) ORDER BY d.pgr_number ON CONFLICT (id) DO NOTHING;
COMMIT;
