SELECT id, mood, moods, pg_typeof(mood)::text FROM public.people;
