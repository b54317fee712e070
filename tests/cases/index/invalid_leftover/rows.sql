select indisvalid from pg_index where indexrelid = 't_a'::regclass
