select seqtypid::regtype, seqmax from pg_sequence order by 1
