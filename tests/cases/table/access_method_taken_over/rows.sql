select c.relname, a.amname from pg_class c join pg_am a on a.oid = c.relam where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by 1;
