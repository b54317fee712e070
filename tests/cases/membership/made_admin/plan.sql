BEGIN;
GRANT {{unique}}_readers TO {{unique}}_one WITH ADMIN OPTION;
COMMIT;
