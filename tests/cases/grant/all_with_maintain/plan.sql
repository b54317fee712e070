BEGIN;
CREATE VIEW public.all_events AS
select id from events;
GRANT MAINTAIN ON TABLE public.events TO {{unique}}_writer;
GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE public.all_events TO {{unique}}_writer;
COMMIT;
