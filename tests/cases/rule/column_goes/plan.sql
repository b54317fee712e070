BEGIN;
CREATE OR REPLACE RULE logged AS ON UPDATE TO public.filled DO ALSO insert into log (n) values (new.n);
ALTER TABLE public.filled DROP COLUMN m;
COMMIT;

BEGIN;
ALTER TABLE public.log DROP COLUMN m;
COMMIT;
