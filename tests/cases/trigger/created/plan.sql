BEGIN;
CREATE FUNCTION public.f() RETURNS trigger
    LANGUAGE plpgsql
    AS $$begin return new; end$$;
CREATE TABLE public.t (
    id integer,
    "Name" text,
    note text
);
CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OF "Name", note ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
CREATE TRIGGER after_all AFTER DELETE OR INSERT OR TRUNCATE ON public.t FOR EACH STATEMENT EXECUTE FUNCTION public.f('it''s', '2');
CREATE TRIGGER conditional BEFORE UPDATE ON public.t FOR EACH ROW WHEN (old.note is distinct from new.note and new.id > 0) EXECUTE FUNCTION public.f('WHEN (x) EXECUTE FUNCTION y()');
CREATE TRIGGER disabled BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
ALTER TABLE public.t DISABLE TRIGGER disabled;
CREATE TRIGGER always BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
ALTER TABLE public.t ENABLE ALWAYS TRIGGER always;
CREATE TRIGGER on_replicas BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
ALTER TABLE public.t ENABLE REPLICA TRIGGER on_replicas;
COMMIT;
