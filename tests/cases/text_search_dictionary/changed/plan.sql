BEGIN;
DROP TEXT SEARCH DICTIONARY public.other;
CREATE TEXT SEARCH DICTIONARY public.other (TEMPLATE = pg_catalog.snowball, language = 'german');
COMMENT ON TEXT SEARCH DICTIONARY public.other IS 'undeclared';
COMMIT;

BEGIN;
CREATE TEXT SEARCH DICTIONARY public.created (TEMPLATE = pg_catalog.simple, accept = 'false');
ALTER TEXT SEARCH DICTIONARY public.changed (stopwords, accept = 'true');
ALTER TEXT SEARCH DICTIONARY public.before RENAME TO now;
COMMENT ON TEXT SEARCH DICTIONARY public.created IS 'it''s new';
COMMIT;
