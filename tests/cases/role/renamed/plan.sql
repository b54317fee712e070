BEGIN;
ALTER ROLE {{unique}}_old RENAME TO {{unique}}_new;
COMMIT;
