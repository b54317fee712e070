BEGIN;
CREATE EXTENSION pg_trgm;
CREATE TABLE public.t (
    a integer,
    b text,
    c timestamptz,
    data jsonb,
    list int[],
    place point,
    span int4range
);
CREATE INDEX t_plain ON public.t USING btree (a);
CREATE INDEX t_two ON public.t USING btree (a, b desc);
CREATE INDEX t_nulls ON public.t USING btree (c desc nulls last, a nulls first, b asc);
CREATE INDEX t_expression ON public.t USING btree (lower(b));
CREATE INDEX t_more ON public.t USING btree ((a + 1), (b || 'x'));
CREATE INDEX t_partial ON public.t USING btree (a) WHERE (b is not null and a > 0);
CREATE UNIQUE INDEX t_unique ON public.t USING btree (a, b);
CREATE UNIQUE INDEX t_include ON public.t USING btree (a) INCLUDE (b, c);
CREATE INDEX t_gin ON public.t USING gin (data);
CREATE INDEX t_path ON public.t USING gin (data jsonb_path_ops);
CREATE INDEX t_list ON public.t USING gin (list);
CREATE INDEX t_gist ON public.t USING gist (place, span);
CREATE INDEX t_brin ON public.t USING brin (c);
CREATE INDEX t_hash ON public.t USING hash (b);
CREATE INDEX t_spgist ON public.t USING spgist (span);
CREATE INDEX t_pattern ON public.t USING btree (b text_pattern_ops);
CREATE INDEX t_trigrams ON public.t USING gin (b gin_trgm_ops);
CREATE INDEX t_collated ON public.t USING btree (b collate "C");
COMMIT;
