BEGIN;
CREATE TABLE tenants.fresh (
    id integer
);
GRANT USAGE ON ALL SEQUENCES IN SCHEMA tenants TO {{unique}}_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tenants TO {{unique}}_reader;
GRANT INSERT ON TABLE tenants.customers TO {{unique}}_reader;
GRANT INSERT, SELECT ON TABLE tenants.fresh TO {{unique}}_reader;
GRANT INSERT, SELECT ON TABLE tenants.orders TO {{unique}}_reader;
COMMIT;
