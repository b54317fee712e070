BEGIN;
CREATE SEQUENCE public.numbers;
CREATE SEQUENCE public.theirs;
CREATE SEQUENCE public.late;
CREATE TABLE public.things (
    id integer DEFAULT (nextval('numbers') + 100) NOT NULL
);
ALTER SEQUENCE public.numbers OWNED BY public.things.id;
CREATE TABLE public.others (
    id text DEFAULT nextval('theirs')
);
ALTER SEQUENCE public.theirs OWNED BY public.others.id;
ALTER TABLE public.things OWNER TO {{unique}}_them;
ALTER TABLE public.others OWNER TO {{unique}}_them;
ALTER SEQUENCE public.theirs OWNER TO {{unique}}_them;
COMMIT;

BEGIN;
ALTER TABLE public.there ALTER COLUMN id SET DEFAULT nextval('late');
ALTER SEQUENCE public.late OWNER TO {{unique}}_them;
ALTER SEQUENCE public.late OWNED BY public.there.id;
ALTER SEQUENCE public.kept OWNER TO {{unique}}_them;
ALTER SEQUENCE public.kept OWNED BY public.there.id;
COMMIT;

BEGIN;
ALTER TABLE public.given ALTER COLUMN id SET DEFAULT nextval('of_given');
ALTER TABLE public.given OWNER TO {{unique}}_them;
COMMIT;

BEGIN;
ALTER SEQUENCE public.of_given OWNER TO {{unique}}_them;
COMMIT;
