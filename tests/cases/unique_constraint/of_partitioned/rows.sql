select c.conrelid::regclass, c.conname, c.conparentid <> 0, c.condeferrable from pg_constraint c where c.contype = 'u' and c.conrelid >= 16384 and c.conrelid::regclass::text not like 'pgr%' order by 1::text, 2;
select * from visits order by 1, 2;
