BEGIN;
REVOKE ADMIN OPTION FOR {{unique}}_group FROM {{unique}}_member;
GRANT {{unique}}_group TO {{unique}}_other WITH ADMIN OPTION;
COMMIT;
