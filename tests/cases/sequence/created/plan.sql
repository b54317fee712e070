BEGIN;
CREATE ROLE {{unique}}_clerk;
CREATE SEQUENCE public.plain;
CREATE SEQUENCE public."all" AS integer INCREMENT BY 5 MINVALUE 10 MAXVALUE 1000 START WITH 20 CACHE 3 CYCLE;
CREATE SEQUENCE public.down AS smallint INCREMENT BY -1;
CREATE SEQUENCE public."The ""Numbers""" START WITH 7;
CREATE SEQUENCE public.held;
CREATE TABLE public.orders (
    id bigint NOT NULL,
    number bigint DEFAULT nextval('plain') NOT NULL,
    serial serial NOT NULL,
    own bigint GENERATED ALWAYS AS IDENTITY,
    CONSTRAINT orders_pkey PRIMARY KEY (id)
);
ALTER SEQUENCE public.held OWNED BY public.orders.id;
GRANT SELECT, USAGE ON SEQUENCE public.plain TO {{unique}}_clerk;
COMMENT ON SEQUENCE public."all" IS 'every option';
COMMIT;
