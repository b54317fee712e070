BEGIN;
ALTER TABLE public.readings OPTIONS (ADD delimiter ';', SET program E'printf ''1;2026-01-01\\n2;2026-01-02\\n''');
ALTER TABLE public.readings ALTER COLUMN id SET NOT NULL;
ALTER TABLE public.readings ALTER COLUMN taken TYPE date;
COMMIT;

BEGIN;
CREATE FOREIGN TABLE public.names (
    name text OPTIONS (force_not_null 'true')
) SERVER files OPTIONS (format 'csv', program 'echo ünïcode');
CREATE VIEW public.late AS
select id from readings where taken > '2026-01-01';
COMMIT;
