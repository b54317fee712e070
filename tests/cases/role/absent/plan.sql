BEGIN;
DROP ROLE {{unique}}_gone;
COMMIT;
