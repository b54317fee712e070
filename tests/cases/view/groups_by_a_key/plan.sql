BEGIN;
DROP VIEW public.w;
DROP VIEW public.v;
DROP MATERIALIZED VIEW public.m;
ALTER TABLE public.t DROP CONSTRAINT t_pkey;
ALTER TABLE public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id) INCLUDE (b);
CREATE VIEW public.v AS
select id, a, max(b) as most from t group by id;
CREATE VIEW public.w AS
select most from v;
CREATE MATERIALIZED VIEW public.m AS
select id, a, count(*) as many from t group by id;
COMMIT;
