BEGIN;
CREATE COLLATION public.plain (PROVIDER = 'libc', LOCALE = 'C');
CREATE COLLATION public."Odd one" (PROVIDER = 'libc', LC_COLLATE = 'C', LC_CTYPE = 'POSIX');
CREATE COLLATION public."natural" (PROVIDER = 'icu', LOCALE = 'en-u-kn-true');
CREATE COLLATION public.ignore_case (PROVIDER = 'icu', LOCALE = 'und-u-ks-level2', DETERMINISTIC = 'false');
CREATE TYPE public.word AS (text text COLLATE public."natural");
CREATE DOMAIN public.word_of AS text COLLATE public."natural";
CREATE TABLE public.t (
    word text COLLATE public.ignore_case
);
COMMENT ON COLLATION public."natural" IS 'by number';
COMMIT;
