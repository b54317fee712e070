select enumlabel from pg_enum order by enumsortorder
