BEGIN;
CREATE TABLE public.events (
    id bigint
);
CREATE TABLE public."Odd table" (
    id bigint
);
CREATE RULE "a rule" AS ON UPDATE TO public."Odd table" WHERE (old.id is distinct from new.id) DO INSTEAD (insert into events values (new.id); delete from events where events.id = old.id);
ALTER TABLE public."Odd table" DISABLE RULE "a rule";
COMMIT;
