BEGIN;
DROP INDEX public.t_changed;
CREATE INDEX t_changed ON public.t USING btree (b);
DROP INDEX public.t_unique;
CREATE INDEX t_unique ON public.t USING btree (a);
COMMIT;
