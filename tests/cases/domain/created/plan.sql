BEGIN;
CREATE ROLE {{unique}}_user;
CREATE DOMAIN public.short AS varchar(80);
CREATE DOMAIN public."all" AS text COLLATE "C" DEFAULT ('a' || 'b') NOT NULL CONSTRAINT "all ""set""" CHECK (value in ('ab', 'c')) CONSTRAINT all_length CHECK (length(value) < 9);
CREATE DOMAIN public."The ""Domain""" AS numeric(5, 2) DEFAULT (0);
CREATE SEQUENCE public.numbers;
CREATE DOMAIN public.numbered AS bigint DEFAULT (nextval('numbers'));
CREATE TABLE public.people (
    name short NOT NULL,
    share public."The ""Domain""",
    number numbered
);
GRANT USAGE ON DOMAIN public.short TO {{unique}}_user WITH GRANT OPTION;
COMMENT ON DOMAIN public."all" IS 'every attribute';
COMMIT;
