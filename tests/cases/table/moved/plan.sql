BEGIN;
CREATE SCHEMA sales;
COMMIT;

BEGIN;
ALTER TABLE legacy.clients SET SCHEMA sales;
ALTER TABLE sales.clients RENAME TO customers;
ALTER STATISTICS legacy.clients_stats SET SCHEMA sales;
COMMIT;

BEGIN;
ALTER SEQUENCE sales.label RENAME TO tag;
COMMIT;
