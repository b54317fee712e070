select indexrelid::regclass, indisvalid from pg_index where indrelid::regclass::text like 'events%' order by 1::text;
