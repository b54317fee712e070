CREATE TYPE public.mood AS ENUM ('sad', 'glad');
CREATE TABLE public.people (id int, mood public.mood DEFAULT 'glad', moods public.mood[]);
INSERT INTO public.people VALUES (1, 'sad', '{glad,sad}');
