BEGIN;
ALTER ROLE {{unique}}_before RENAME TO {{unique}}_now;
CREATE USER MAPPING FOR PUBLIC SERVER archive OPTIONS ("user" 'anyone');
ALTER USER MAPPING FOR {{unique}}_reader SERVER archive OPTIONS (SET password 'it is ''secret''', SET "user" 'reader');
COMMIT;
