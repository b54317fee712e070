select oprnamespace::regnamespace || '.' || oprname, oprcode <> 0 from pg_operator where oprname = '==='
