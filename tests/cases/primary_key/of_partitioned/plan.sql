BEGIN;
ALTER TABLE public.visits ADD CONSTRAINT pgreconcile_visits_host_not_null CHECK (host IS NOT NULL) NOT VALID;
COMMIT;

BEGIN;
ALTER TABLE public.visits VALIDATE CONSTRAINT pgreconcile_visits_host_not_null;
COMMIT;

BEGIN;
ALTER TABLE public.visits ALTER COLUMN host SET NOT NULL;
ALTER TABLE public.visits DROP CONSTRAINT pgreconcile_visits_host_not_null;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY visits_1_pkey ON public.visits_1 (day, host);

CREATE UNIQUE INDEX CONCURRENTLY "Odd one_pkey" ON public."Odd one" (day, host);

CREATE UNIQUE INDEX CONCURRENTLY visits_2_1_pkey ON public.visits_2_1 (day, host);

BEGIN;
ALTER TABLE public.built ADD CONSTRAINT built_pkey PRIMARY KEY USING INDEX built_pkey;
COMMIT;

BEGIN;
ALTER TABLE public.visits_1 ADD CONSTRAINT visits_1_pkey PRIMARY KEY USING INDEX visits_1_pkey;
COMMIT;

BEGIN;
ALTER TABLE public."Odd one" ADD CONSTRAINT "Odd one_pkey" PRIMARY KEY USING INDEX "Odd one_pkey";
COMMIT;

BEGIN;
ALTER TABLE public.visits_2_1 ADD CONSTRAINT visits_2_1_pkey PRIMARY KEY USING INDEX visits_2_1_pkey;
COMMIT;

BEGIN;
ALTER TABLE public.visits ADD CONSTRAINT visits_pkey PRIMARY KEY (day, host);
COMMIT;
