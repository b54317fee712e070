BEGIN;
GRANT {{unique}}_writers TO {{unique}}_one;
CREATE ROLE {{unique}}_two;
GRANT {{unique}}_readers TO {{unique}}_two WITH ADMIN OPTION;
CREATE ROLE {{unique}}_three;
GRANT pg_read_all_data TO {{unique}}_three;
COMMIT;
