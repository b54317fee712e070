BEGIN;
CREATE ROLE {{unique}}_reader;
CREATE ROLE {{unique}}_keeper;
CREATE SCHEMA "Other Place";
CREATE DOMAIN public.percentage AS integer CONSTRAINT percentage_range CHECK (value between 0 and 100);
CREATE FOREIGN DATA WRAPPER elsewhere;
CREATE SERVER archive FOREIGN DATA WRAPPER elsewhere;
CREATE FUNCTION public.refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$begin return null; end$$;
CREATE FOREIGN TABLE public.past_events (
    id bigint OPTIONS (column_name 'event_id') NOT NULL,
    name varchar(80) OPTIONS ("a b" 'ü') COLLATE "C" DEFAULT 'unnamed',
    "full" percentage,
    seen timestamptz DEFAULT now() NOT NULL,
    loud text GENERATED ALWAYS AS (upper(name)) STORED,
    CONSTRAINT past_events_id_check CHECK (id > 0)
) SERVER archive OPTIONS ("Table Name" 'it''s "past"', schema_name 'old');
CREATE TABLE public.base (
    id integer
);
CREATE FOREIGN TABLE public.child (
    more text DEFAULT NULL
) INHERITS (public.base) SERVER archive;
CREATE TABLE public.measurements (
    taken date NOT NULL,
    value numeric
) PARTITION BY range (taken);
CREATE TABLE public.measurements_2026 PARTITION OF public.measurements for values from ('2026-01-01') to ('2027-01-01');
CREATE FOREIGN TABLE public.measurements_2025 PARTITION OF public.measurements for values from ('2025-01-01') to ('2026-01-01') SERVER archive OPTIONS (table_name 'm25');
CREATE FOREIGN TABLE "Other Place"."Far Away" (
    "a b" integer
) SERVER archive;
ALTER TABLE public.past_events ALTER COLUMN seen SET STATISTICS 50;
ALTER TABLE public.measurements_2025 ALTER COLUMN value OPTIONS (ADD column_name 'v');
CREATE STATISTICS public.past_events_names (ndistinct) ON id, name FROM public.past_events;
CREATE VIEW public.recent AS
select id from past_events where id > 100;
CREATE TRIGGER refuse BEFORE INSERT ON public.past_events FOR EACH ROW EXECUTE FUNCTION public.refuse();
ALTER TABLE public.past_events OWNER TO {{unique}}_keeper;
GRANT SELECT ON TABLE public.past_events TO {{unique}}_reader;
COMMENT ON COLUMN public.past_events.name IS 'as printed';
COMMENT ON FOREIGN TABLE public.past_events IS 'what happened where';
COMMIT;
