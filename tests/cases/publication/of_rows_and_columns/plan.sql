BEGIN;
ALTER PUBLICATION grown SET TABLE ONLY public.events, TABLES IN SCHEMA tenants;
ALTER PUBLICATION changed SET TABLE ONLY public.events (id, zip) WHERE (id > 1);
CREATE PUBLICATION created FOR TABLE ONLY public.events WHERE (city is not null), TABLES IN SCHEMA tenants;
COMMIT;
