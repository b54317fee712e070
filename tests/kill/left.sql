-- What a run that died must not leave behind, each with a word for it.
select 'index ' || indexrelid::regclass from pg_index where not (indisvalid and indisready and indislive)
union all
select 'constraint ' || conname from pg_constraint where not convalidated or conname like 'pgreconcile%'
union all
select 'trigger ' || tgname from pg_trigger where tgname like 'pgreconcile%'
union all
select 'relation ' || oid::regclass from pg_class
where relname ~ '_cc(new|old)' or relname like 'pgreconcile%' and relnamespace = 'public'::regnamespace
union all
select 'run ' || id || ' ' || outcome from pgreconcile.run r
where outcome = 'running' and exists (select from pg_locks l where l.pid = r.backend and l.locktype = 'advisory')
union all
select 'parent without a value ' || id from parents where (token is null or copied is null) and id <> 9999
union all
select 'column ' || attrelid::regclass || '.' || attname from pg_attribute where attname like 'pgreconcile%' and attnum > 0
union all
-- Every row is still there, or in quarantine; a key that it keeps everywhere tells which one it is.
select 'lost ' || relation || ' ' || was from (
    select relation, was, case when relation = 'public.settings' then 'key' else 'id' end as key from killed.rows
) k
where case relation
        when 'public.parents' then not exists (
            select from parents t where t.id::text = was ->> 'id' and t.code = was ->> 'code'
                and t.name is not distinct from coalesce(was ->> 'name', 'unknown ' || t.id))
        when 'public.people' then not exists (
            select from people t where t.id::text = was ->> 'id' and t.email = was ->> 'email' and t.wide = was ->> 'wide')
        when 'public.children' then not exists (
            select from children t where t.id::text = was ->> 'id' and t.person::text = was ->> 'person')
        else not exists (select from settings t where t.key = was ->> 'key')
    end
    and not exists (
        select from pgreconcile.quarantine q where q.relation = k.relation and q.row_data ->> key = was ->> key)
