select extname, extnamespace::regnamespace, extversion from pg_extension where extname = 'pg_trgm'
