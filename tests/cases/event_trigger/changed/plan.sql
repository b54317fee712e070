BEGIN;
DROP EVENT TRIGGER {{unique}}_called;
CREATE EVENT TRIGGER {{unique}}_called ON sql_drop EXECUTE FUNCTION public.g();
COMMENT ON EVENT TRIGGER {{unique}}_called IS 'not in the file';
COMMIT;

BEGIN;
CREATE EVENT TRIGGER {{unique}}_new ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP VIEW') EXECUTE FUNCTION public.f();
ALTER EVENT TRIGGER {{unique}}_new ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER {{unique}}_new IS 'new';
ALTER EVENT TRIGGER {{unique}}_off DISABLE;
ALTER EVENT TRIGGER {{unique}}_off OWNER TO {{unique}}_owner;
ALTER EVENT TRIGGER {{unique}}_before RENAME TO {{unique}}_now;
COMMIT;
