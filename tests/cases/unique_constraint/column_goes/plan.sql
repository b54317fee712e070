BEGIN;
ALTER TABLE public.referring DROP CONSTRAINT referring_n_fkey;
ALTER TABLE public.referred DROP CONSTRAINT referred_key;
ALTER TABLE public.referred ADD CONSTRAINT referred_key UNIQUE (n);
ALTER TABLE public.referred REPLICA IDENTITY USING INDEX referred_key;
ALTER TABLE public.referring ADD CONSTRAINT referring_n_fkey FOREIGN KEY (n) REFERENCES public.referred (n);
COMMIT;

BEGIN;
ALTER TABLE public.referred DROP COLUMN m;
COMMIT;

BEGIN;
ALTER TABLE public.referring DROP COLUMN m;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_filled_key_new ON public.filled (n);

BEGIN;
ALTER TABLE public.filled DROP CONSTRAINT filled_key;
ALTER TABLE public.filled ADD CONSTRAINT filled_key UNIQUE USING INDEX pgreconcile_filled_key_new;
ALTER TABLE public.filled DROP COLUMN m;
COMMIT;

BEGIN;
ALTER TABLE public.empty DROP CONSTRAINT empty_key;
ALTER TABLE public.empty ADD CONSTRAINT empty_key UNIQUE (n);
ALTER TABLE public.empty DROP COLUMN m;
COMMIT;
