select conname, connoinherit, convalidated from pg_constraint where conrelid = 't'::regclass and contype = 'n' order by conname;
