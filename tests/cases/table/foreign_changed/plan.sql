BEGIN;
ALTER TABLE public.changed DROP COLUMN gone;
ALTER TABLE public.changed OPTIONS (SET b '3', ADD c '4', DROP a);
ALTER TABLE public.changed ALTER COLUMN same OPTIONS (SET b '3', ADD c '4', DROP a);
ALTER TABLE public.changed ALTER COLUMN gone_options OPTIONS (DROP a);
ALTER TABLE public.changed ALTER COLUMN retyped DROP DEFAULT, ALTER COLUMN retyped TYPE integer, ALTER COLUMN retyped SET DEFAULT 1;
ALTER TABLE public.changed ALTER COLUMN gone_not_null DROP NOT NULL;
ALTER TABLE public.changed ALTER COLUMN not_null SET NOT NULL;
ALTER TABLE public.changed ADD COLUMN new uuid OPTIONS (x 'y') DEFAULT gen_random_uuid() NOT NULL;
ALTER TABLE public.changed ADD COLUMN new_computed bigint GENERATED ALWAYS AS (wider * 2) STORED;
ALTER TABLE public.changed ADD CONSTRAINT changed_not_null_check CHECK (not_null > 0);
COMMENT ON FOREIGN TABLE public.changed IS 'new';
COMMIT;

BEGIN;
DROP FOREIGN TABLE public.away;
COMMIT;

BEGIN;
ALTER SERVER other RENAME TO another;
COMMIT;

BEGIN;
DROP VIEW public.of_moved;
DROP FOREIGN TABLE public.moved;
CREATE FOREIGN TABLE public.moved (
    beyond integer,
    id int NOT NULL,
    note text OPTIONS (a '2')
) SERVER another OPTIONS (a '2');
CREATE VIEW public.of_moved AS
select id from moved;
GRANT SELECT ON TABLE public.moved TO {{unique}}_reader;
COMMENT ON FOREIGN TABLE public.moved IS 'kept';
COMMIT;

BEGIN;
ALTER TABLE public.before RENAME TO now;
COMMIT;

BEGIN;
ALTER TABLE public.part OPTIONS (SET a '2');
COMMIT;

BEGIN;
ALTER TABLE public.parted ATTACH PARTITION public.apart for values in (2);
COMMIT;
