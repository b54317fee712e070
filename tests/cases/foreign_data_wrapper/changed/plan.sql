BEGIN;
CREATE ROLE {{unique}}_reader;
CREATE FOREIGN DATA WRAPPER {{unique}}_created OPTIONS (debug 'true');
ALTER FOREIGN DATA WRAPPER {{unique}}_changed OPTIONS (ADD added '3', SET changed '2', DROP gone);
ALTER FOREIGN DATA WRAPPER {{unique}}_before RENAME TO {{unique}}_now;
ALTER FOREIGN DATA WRAPPER {{unique}}_changed OWNER TO {{unique}}_owner;
GRANT USAGE ON FOREIGN DATA WRAPPER {{unique}}_same TO {{unique}}_reader;
COMMENT ON FOREIGN DATA WRAPPER {{unique}}_created IS 'new';
COMMIT;
