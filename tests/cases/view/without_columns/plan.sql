BEGIN;
DROP VIEW public.emptied;
CREATE VIEW public.emptied AS
select;
COMMIT;

BEGIN;
CREATE OR REPLACE VIEW public.filled AS
select a from t;
COMMIT;

BEGIN;
CREATE VIEW public.made AS
select from t;
COMMIT;
