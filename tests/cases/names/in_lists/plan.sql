BEGIN;
ALTER TABLE public.t DROP CONSTRAINT t_fk;
ALTER TABLE public.t ADD CONSTRAINT t_fk FOREIGN KEY ("A b", "c,d", "q""x", "e.f", "g(h)") REFERENCES public."Od (d" ("A b", "c,d", "q""x", "e.f", "g(h)") ON UPDATE CASCADE;
CREATE OR REPLACE TRIGGER stamp BEFORE INSERT OR UPDATE OF "A b", "c,d", "e.f", "g(h)", "q""x" ON public.t FOR EACH ROW EXECUTE FUNCTION public.stamp();
COMMIT;
