BEGIN;
CREATE ROLE {{unique}}_writer;
CREATE TABLE public.events (
    id bigint
);
CREATE VIEW public.all_events AS
select id from events;
GRANT DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE public.events TO {{unique}}_writer;
GRANT DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE public.all_events TO {{unique}}_writer;
COMMIT;
