BEGIN;
CREATE TABLE public.events (
    id bigint GENERATED ALWAYS AS IDENTITY,
    created_at timestamptz DEFAULT now() NOT NULL,
    region text DEFAULT 'eu' NOT NULL,
    note text,
    CONSTRAINT events_pkey PRIMARY KEY (id, created_at, region),
    CONSTRAINT events_note_check CHECK (note <> '')
) PARTITION BY range (created_at);
CREATE TABLE public.events_2025 PARTITION OF public.events for values from ('2025-01-01') to ('2026-01-01');
CREATE TABLE public."Events rest" PARTITION OF public.events default;
CREATE TABLE public.events_2026 PARTITION OF public.events for values from ('2026-01-01') to (timestamptz '2027-01-01') WITH (fillfactor = '70');
CREATE TABLE public.events_2027 PARTITION OF public.events FOR VALUES FROM ('2027-01-01') TO (MAXVALUE) PARTITION BY list (region);
CREATE TABLE public.events_2027_eu PARTITION OF public.events_2027 for values in ('eu', 'uk');
CREATE TABLE public.events_2027_hashed PARTITION OF public.events_2027 default PARTITION BY hash (id);
CREATE TABLE public.events_2027_h0 PARTITION OF public.events_2027_hashed for values with (modulus 1, remainder 0);
CREATE TABLE public.visits (
    event bigint,
    region text,
    created_at timestamptz
);
ALTER TABLE public.events ALTER COLUMN region SET STORAGE EXTERNAL;
ALTER TABLE public.events_2026 ALTER COLUMN note SET DEFAULT 'none';
ALTER TABLE public.events_2026 ALTER COLUMN note SET NOT NULL;
CREATE INDEX events_created_at_idx ON public.events USING btree (created_at desc);
ALTER TABLE public.events_2026 ADD CONSTRAINT events_2026_more CHECK (length(note) < 100);
CREATE INDEX events_2026_note ON public.events_2026 USING btree (note);
ALTER TABLE public.visits ADD CONSTRAINT visits_event FOREIGN KEY (event, created_at, region) REFERENCES public.events ON DELETE CASCADE;
COMMENT ON TABLE public.events_2026 IS 'this year';
COMMIT;
