BEGIN;
ALTER SCHEMA one RENAME TO two;
COMMIT;

BEGIN;
ALTER TYPE two.pair RENAME TO two;
COMMIT;

BEGIN;
ALTER TABLE two.t RENAME TO t2;
DROP POLICY q ON two.t2;
DROP TRIGGER other ON two.t2;
ALTER TABLE two.t2 DROP CONSTRAINT t_b_check;
ALTER TABLE two.t2 ADD CONSTRAINT t_b_check CHECK (b <> 'x');
CREATE OR REPLACE TRIGGER stamps BEFORE UPDATE ON two.t2 FOR EACH ROW EXECUTE FUNCTION two.stamp();
COMMIT;

BEGIN;
DROP POLICY p ON two.t2;
DROP VIEW two.v;
DROP FUNCTION two.f();
DROP FUNCTION two.takes(two.two);
CREATE FUNCTION two.f() RETURNS text
    LANGUAGE sql
    AS $$select 'x'$$;
CREATE FUNCTION two.takes(x two.two) RETURNS text
    LANGUAGE sql
    AS $$select 'x'$$;
CREATE VIEW two.v AS
select a::text as a from two.t2;
CREATE POLICY p ON two.t2 FOR INSERT WITH CHECK (a > 0);
COMMIT;

BEGIN;
DROP VIEW two.w;
COMMIT;
