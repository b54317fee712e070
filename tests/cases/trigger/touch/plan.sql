BEGIN;
CREATE SCHEMA tenants;
CREATE FUNCTION tenants.touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END$$;
CREATE FUNCTION public.touch_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END$$;
CREATE FUNCTION public."touch_Changed At"() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN
    NEW."Changed At" := now();
    RETURN NEW;
END$$;
CREATE TABLE public.others (
    updated_at timestamptz
);
CREATE TABLE public."Mixed Case" (
    "Changed At" timestamptz
);
CREATE TABLE tenants.t (
    updated_at timestamptz
);
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.others FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
CREATE TRIGGER "touch_Changed At" BEFORE UPDATE ON public."Mixed Case" FOR EACH ROW EXECUTE FUNCTION public."touch_Changed At"();
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenants.t FOR EACH ROW EXECUTE FUNCTION tenants.touch_updated_at();
COMMIT;

BEGIN;
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON public.events FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();
COMMIT;
