select conname, convalidated from pg_constraint where conrelid = 't'::regclass and contype = 'c' order by 1;
