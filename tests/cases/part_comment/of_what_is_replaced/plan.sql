BEGIN;
DROP MATERIALIZED VIEW public.of_view;
DROP VIEW public.of_events;
ALTER TABLE public.events ALTER COLUMN id TYPE bigint;
CREATE VIEW public.of_events AS
select id, upper(name) as name from events;
CREATE MATERIALIZED VIEW public.of_view AS
select id from of_events;
COMMENT ON COLUMN public.of_events.id IS 'declared';
COMMENT ON COLUMN public.of_events.name IS 'comes back as it was';
COMMENT ON COLUMN public.of_view.id IS 'on top';
COMMIT;

BEGIN;
ALTER TYPE public.pair DROP ATTRIBUTE two;
COMMIT;
