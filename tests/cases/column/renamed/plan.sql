BEGIN;
ALTER TABLE public.people RENAME COLUMN id TO person;
ALTER TABLE public.people RENAME COLUMN mail TO email;
ALTER TABLE public.people RENAME COLUMN age TO years;
ALTER TABLE public.people ALTER COLUMN years TYPE bigint;
COMMIT;

CREATE UNIQUE INDEX CONCURRENTLY pgreconcile_people_mail_new ON public.people USING btree (lower(email)) WHERE (email is not null);

DROP INDEX CONCURRENTLY public.people_mail;

BEGIN;
ALTER INDEX public.pgreconcile_people_mail_new RENAME TO people_mail;
COMMIT;
