BEGIN;
CREATE ROLE {{unique}}_clerk;
CREATE ROLE {{unique}}_chief;
CREATE FUNCTION public.is_open(boolean) RETURNS boolean
    LANGUAGE sql
    AS $$select $1$$;
CREATE TABLE public.members (
    name text,
    orders bigint
);
CREATE TABLE public.orders (
    id bigint NOT NULL,
    owner text,
    "Open" boolean,
    CONSTRAINT orders_pkey PRIMARY KEY (id)
);
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON public.orders TO {{unique}}_chief, {{unique}}_clerk USING (owner = current_user);
CREATE POLICY narrow ON public.orders AS RESTRICTIVE FOR UPDATE USING ("Open") WITH CHECK (owner is not null);
CREATE POLICY "The ""new""" ON public.orders FOR INSERT TO {{unique}}_clerk WITH CHECK (owner in ('a', 'b'));
CREATE POLICY members ON public.orders FOR SELECT USING (exists (select 1 from members where members.orders = id));
CREATE POLICY "not yet" ON public.orders FOR DELETE USING (is_open("Open"));
COMMENT ON POLICY own ON public.orders IS 'each their own';
COMMIT;
