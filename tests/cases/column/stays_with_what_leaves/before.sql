CREATE TABLE public.living (name text, weight int);
CREATE TABLE public.animals (legs int) INHERITS (public.living);
INSERT INTO public.animals VALUES ('dog', 10, 4);
CREATE TABLE public.measured (at date NOT NULL, amount int, note text) PARTITION BY RANGE (at);
CREATE TABLE public.measured_2025 PARTITION OF public.measured FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO public.measured VALUES ('2025-05-05', 5, 'wet');
