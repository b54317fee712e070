BEGIN;
ALTER ROLE {{unique}}_former RENAME TO {{unique}}_reader;
ALTER ROLE {{unique}}_team RENAME TO {{unique}}_group;
COMMIT;
