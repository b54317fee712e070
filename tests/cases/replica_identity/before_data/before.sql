CREATE TABLE public.a (x integer);
CREATE TABLE public.b (x integer NOT NULL);
CREATE TABLE public.c (x integer NOT NULL);
INSERT INTO public.a VALUES (1);
INSERT INTO public.b VALUES (1);
INSERT INTO public.c VALUES (1);
CREATE PUBLICATION every FOR ALL TABLES;
