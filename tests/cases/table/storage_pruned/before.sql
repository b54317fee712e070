create table c (x text) with (fillfactor = 80, toast.autovacuum_enabled = false);
