BEGIN;
CREATE TABLE public.new (
    a int,
    CONSTRAINT new_excl EXCLUDE USING btree (a with =) WITH (fillfactor = '60')
) PARTITION BY list (a);
COMMIT;

BEGIN;
ALTER TABLE public.t DROP CONSTRAINT t_excl;
ALTER TABLE public.t ADD CONSTRAINT t_excl EXCLUDE USING btree (a with =) WITH (fillfactor = '80') WHERE (a > 0);
COMMIT;

BEGIN;
ALTER TABLE public.u DROP CONSTRAINT u_excl;
ALTER TABLE public.u ADD CONSTRAINT u_excl EXCLUDE USING btree (a with =);
COMMIT;
