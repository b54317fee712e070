BEGIN;
COMMENT ON COLUMN public.events.id IS NULL;
COMMENT ON COLUMN public.events.name IS 'ein Name — größer';
COMMENT ON TABLE public.events IS 'new';
COMMIT;
