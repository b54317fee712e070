create role {{unique}}_one;
do $$ begin execute format('alter role {{unique}}_one in database %I set work_mem = ''32MB''', current_database()); end $$;
