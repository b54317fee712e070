CREATE TABLE public.living (name text, weight int, age int);
CREATE TABLE public.animals (legs int) INHERITS (public.living);
CREATE TABLE public.cats (lives int) INHERITS (public.animals);
CREATE TABLE public.plants (height int) INHERITS (public.living);
CREATE TABLE public.trees (rings int) INHERITS (public.plants);
INSERT INTO public.animals VALUES ('dog', 10, 3, 4);
INSERT INTO public.cats VALUES ('Tom', 4, 2, 4, 9);
INSERT INTO public.plants VALUES ('moss', 1, 1, 1);
INSERT INTO public.trees VALUES ('oak', 100, 200, 30, 200);
