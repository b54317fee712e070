select conname, convalidated from pg_constraint where conrelid = 'c'::regclass and contype = 'f' order by 1;
