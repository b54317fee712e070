BEGIN;
DROP VIEW public.v;
CREATE VIEW public.v AS
select a collate "C" as a, b from t;
COMMIT;

BEGIN;
DROP VIEW public.x;
CREATE VIEW public.x AS
select a, b collate "POSIX" as b from t;
COMMIT;

BEGIN;
CREATE OR REPLACE VIEW public.w AS
select a, b, 1 as c from t;
COMMIT;
