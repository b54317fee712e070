select contypid::regtype, conname, convalidated from pg_constraint where contypid <> 0 and connamespace = 'public'::regnamespace order by 1::text, 2;
select a, b, c, d from t;
