BEGIN;
ALTER PUBLICATION with_child SET TABLE ONLY public.par;
CREATE PUBLICATION created FOR TABLE ONLY public.par, ONLY public.parted;
COMMIT;
