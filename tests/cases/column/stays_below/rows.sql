SELECT name, weight, legs FROM public.animals ORDER BY name;
SELECT name, weight, lives FROM public.cats;
SELECT name, age, rings FROM public.trees;
SELECT a.attrelid::regclass::text AS heir, a.attname FROM pg_attribute a WHERE a.attname IN ('weight', 'age') AND a.attrelid::regclass::text IN ('living', 'animals', 'cats', 'plants', 'trees') ORDER BY 1, 2;
