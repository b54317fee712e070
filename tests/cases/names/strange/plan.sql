BEGIN;
CREATE ROLE "{{unique}} Größer ""x""" LOGIN;
CREATE SCHEMA "Other ""Schema"".x";
ALTER DEFAULT PRIVILEGES IN SCHEMA "Other ""Schema"".x" GRANT SELECT ON TABLES TO "{{unique}} Größer ""x""";
CREATE TYPE public."Mixed Type" AS ENUM ('a', 'b');
CREATE TYPE public."größe" AS ENUM ('klein', 'groß');
CREATE TYPE public."user" AS ENUM ('u');
CREATE FUNCTION public."Do It"() RETURNS trigger
    LANGUAGE plpgsql
    AS $$begin return new; end$$;
CREATE FUNCTION public."größer"("Ein Wert" integer) RETURNS integer
    LANGUAGE sql
    AS $$select $1$$;
CREATE FUNCTION public."touch_Geändert Am"() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN
    NEW."Geändert Am" := now();
    RETURN NEW;
END$$;
CREATE TABLE public."Mixed Case" (
    "Id" bigint NOT NULL,
    "select" integer NOT NULL,
    "Geändert Am" timestamptz,
    "a.b" text,
    "it's" text DEFAULT 'it''s' NOT NULL,
    "q""uote" "Mixed Type" DEFAULT 'a',
    "größe" größe,
    "user" "user",
    "back\slash" text,
    "名前" text,
    "%s $1" text,
    number serial NOT NULL,
    "Serial No" serial NOT NULL,
    "Ident No" bigint GENERATED ALWAYS AS IDENTITY,
    CONSTRAINT "Mixed Case_pkey" PRIMARY KEY ("Id", "select"),
    CONSTRAINT "Mixed Case_a.b_key" UNIQUE ("a.b"),
    CONSTRAINT "A ""Check""" CHECK ("select" > 0),
    CONSTRAINT "Mixed Case_größe_check" CHECK ("größe" <> 'klein')
);
CREATE TABLE "Other ""Schema"".x"."table" (
    "order" bigint NOT NULL,
    "group" integer,
    "Id" bigint,
    "select" integer,
    CONSTRAINT table_pkey PRIMARY KEY ("order"),
    CONSTRAINT table_group_check CHECK ("group" > 0)
);
CREATE INDEX "An Index" ON public."Mixed Case" USING btree ("a.b", "it's", lower("名前"));
CREATE INDEX "idx.dotted" ON public."Mixed Case" USING btree ("user") WHERE ("select" > 0);
CREATE INDEX "größer idx" ON public."Mixed Case" USING btree ("größe", 名前 desc);
ALTER TABLE "Other ""Schema"".x"."table" ADD CONSTRAINT "A Key" FOREIGN KEY ("Id", "select") REFERENCES public."Mixed Case";
CREATE TRIGGER "A Trigger" BEFORE UPDATE OF "a.b", "select" ON public."Mixed Case" FOR EACH ROW WHEN (new."select" > 0) EXECUTE FUNCTION public."Do It"('x');
CREATE TRIGGER "touch_Geändert Am" BEFORE UPDATE ON public."Mixed Case" FOR EACH ROW EXECUTE FUNCTION public."touch_Geändert Am"();
GRANT DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE public."Mixed Case" TO "{{unique}} Größer ""x""";
GRANT EXECUTE ON FUNCTION public."größer"(integer) TO "{{unique}} Größer ""x""";
GRANT USAGE ON SCHEMA "Other ""Schema"".x" TO "{{unique}} Größer ""x""";
GRANT SELECT ON TABLE "Other ""Schema"".x"."table" TO "{{unique}} Größer ""x""";
GRANT USAGE ON TYPE public."Mixed Type" TO "{{unique}} Größer ""x""";
COMMENT ON COLUMN public."Mixed Case"."a.b" IS 'dotted';
COMMENT ON TABLE public."Mixed Case" IS 'a name';
COMMENT ON TABLE "Other ""Schema"".x"."table" IS 'it''s';
COMMIT;
