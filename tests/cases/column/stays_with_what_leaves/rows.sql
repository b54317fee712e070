SELECT name, weight, legs FROM public.animals;
SELECT at, amount, note FROM public.measured_2025;
