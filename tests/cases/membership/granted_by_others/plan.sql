BEGIN;
REVOKE {{unique}}_group FROM {{unique}}_member GRANTED BY {{unique}}_admin;
REVOKE INHERIT OPTION FOR {{unique}}_other FROM {{unique}}_member;
REVOKE INHERIT OPTION FOR {{unique}}_other FROM {{unique}}_member GRANTED BY {{unique}}_admin;
COMMIT;
