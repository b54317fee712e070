CREATE TABLE public.a (x integer NOT NULL, y integer NOT NULL);
CREATE UNIQUE INDEX a_x ON public.a (x);
ALTER TABLE public.a REPLICA IDENTITY USING INDEX a_x;
ALTER TABLE public.a CLUSTER ON a_x;
INSERT INTO public.a VALUES (1, 2);
CREATE TABLE public.b (x integer NOT NULL, y integer NOT NULL);
CREATE UNIQUE INDEX b_x ON public.b (x);
ALTER TABLE public.b REPLICA IDENTITY USING INDEX b_x;
INSERT INTO public.b VALUES (1, 2);
