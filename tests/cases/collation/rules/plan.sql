BEGIN;
DROP COLLATION public.ruled;
CREATE COLLATION public.ruled (PROVIDER = 'icu', LOCALE = 'und', RULES = '&b < a');
COMMIT;
