BEGIN;
DROP PUBLICATION was_of_all;
CREATE PUBLICATION was_of_all FOR TABLE ONLY public.events;
COMMIT;

BEGIN;
CREATE ROLE {{unique}}_owner SUPERUSER;
CREATE PUBLICATION every FOR ALL TABLES WITH (publish = 'insert, update');
CREATE PUBLICATION "none" WITH (publish = '', publish_via_partition_root = true);
ALTER PUBLICATION grown SET TABLE ONLY public.events, ONLY public.log, ONLY public.notes;
ALTER PUBLICATION grown SET (publish = 'delete, insert');
ALTER PUBLICATION grown SET (publish_via_partition_root = false);
ALTER PUBLICATION before RENAME TO now;
ALTER PUBLICATION grown OWNER TO {{unique}}_owner;
COMMENT ON PUBLICATION every IS 'all';
COMMIT;
