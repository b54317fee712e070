select indexrelid::regclass, indisvalid from pg_index where indrelid in ('q'::regclass, 'q1'::regclass) order by 1;
