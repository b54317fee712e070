BEGIN;
CREATE TABLE public.omega (
    id bigint GENERATED ALWAYS AS IDENTITY,
    ev bigint,
    CONSTRAINT omega_pkey PRIMARY KEY (id)
);
COMMIT;

BEGIN;
ALTER TABLE public.omega ADD CONSTRAINT omega_ev_fkey FOREIGN KEY (ev) REFERENCES public.events;
COMMIT;

BEGIN;
ALTER TABLE public.empty ADD CONSTRAINT empty_ev_fkey FOREIGN KEY (ev) REFERENCES public.events;
COMMIT;
