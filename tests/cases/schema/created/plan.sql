BEGIN;
CREATE SCHEMA tenants;
CREATE SCHEMA "Other Place";
CREATE SCHEMA empty;
CREATE TYPE tenants.plan AS ENUM ('free', 'paid');
CREATE TABLE tenants.customers (
    id bigint NOT NULL,
    plan tenants.plan DEFAULT 'free',
    CONSTRAINT customers_pkey PRIMARY KEY (id)
);
CREATE TABLE "Other Place".things (
    id bigint NOT NULL,
    CONSTRAINT things_pkey PRIMARY KEY (id)
);
COMMENT ON SCHEMA tenants IS 'one row a business';
COMMIT;
