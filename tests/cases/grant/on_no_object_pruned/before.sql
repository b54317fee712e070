create role {{unique}}_one;
create role {{unique}}_other;
do $$ begin execute format('grant create on database %I to {{unique}}_one, {{unique}}_other', current_database()); end $$;
grant usage on language sql to {{unique}}_one;
