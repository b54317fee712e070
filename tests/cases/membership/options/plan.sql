BEGIN;
CREATE ROLE {{unique}}_member;
GRANT {{unique}}_one TO {{unique}}_member WITH ADMIN FALSE, INHERIT FALSE, SET OPTION;
GRANT {{unique}}_two TO {{unique}}_member WITH ADMIN OPTION, INHERIT FALSE, SET FALSE;
REVOKE ADMIN OPTION FOR {{unique}}_one FROM {{unique}}_other;
GRANT {{unique}}_one TO {{unique}}_other WITH INHERIT OPTION;
GRANT {{unique}}_one TO {{unique}}_other WITH SET OPTION;
COMMIT;
