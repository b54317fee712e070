BEGIN;
ALTER PUBLICATION grown SET TABLE public.events, TABLES IN SCHEMA tenants;
ALTER PUBLICATION changed SET TABLE public.events (id, zip) WHERE (id > 1);
CREATE PUBLICATION created FOR TABLE public.events WHERE (city is not null), TABLES IN SCHEMA tenants;
COMMIT;
