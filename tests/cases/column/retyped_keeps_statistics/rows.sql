select c.relname, coalesce(a.attstattarget, -1) from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relname in ('said', 'beyond', 'untouched') and a.attnum = 1 order by 1;
select stxname, stxowner = (select relowner from pg_class where relname = 't'), coalesce(stxstattarget, -1) from pg_statistic_ext order by 1;
