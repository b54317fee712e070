BEGIN;
ALTER TABLE public.settings ALTER COLUMN added SET DEFAULT 'new';
ALTER TABLE public.settings ALTER COLUMN dropped DROP DEFAULT;
ALTER TABLE public.settings ALTER COLUMN changed SET DEFAULT 'new';
ALTER TABLE public.settings ALTER COLUMN stamp SET DEFAULT clock_timestamp();
ALTER TABLE public.settings ALTER COLUMN called SET DEFAULT upper('x');
COMMIT;
