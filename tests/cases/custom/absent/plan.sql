BEGIN;
drop view gone;
COMMIT;
