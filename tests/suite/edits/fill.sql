-- Rows for every table, as far as its constraints let them: three each, whose values fit their types, the literals in
-- its checks, the bounds of its partitions, and the rows that they refer to.
set session_replication_role = replica;
set search_path = pg_catalog, pg_temp;

-- The literals in an expression, without quotes; numbers are among them if so wanted.
create function pg_temp.literals(expression text, numbers bool) returns text[] language sql as $$
    select coalesce(array_agg(coalesce(m[1], m[2]) order by n), '{}')
    from regexp_matches(expression, '''([^'']*)''' || case when numbers then '|\m(\d+)\M' else '()' end, 'g') with ordinality r(m, n)
$$;

-- The text of a value of a type, another for each i.
create function pg_temp.sample(type oid, modifier int, i int) returns text language plpgsql as $$
declare
    t pg_type;
    candidate text;
    candidates text[] = '{}';
    length int = case when modifier > 4 then modifier - 4 else 1000000 end;
begin
    select * into t from pg_type where oid = type;
    if t.typtype = 'd' then
        -- What its checks allow: a usual value, one of their literals, or what many of them ask for.
        for candidate in select pg_temp.sample(t.typbasetype, t.typtypmod, i) union all
            select l from pg_constraint k, pg_temp.literals(pg_get_constraintdef(k.oid), true) a, unnest(a) l where k.contypid = type
            union all values ('+49123456' || i), ('a' || i || '@b.de'), ('https://a.de/' || i) loop
            begin
                execute format('select %L::%s', candidate, format_type(type, null));
                candidates = candidates || candidate;
            exception when others then
                null;
            end;
        end loop;
        return candidates[1 + (i - 1) % greatest(cardinality(candidates), 1)];
    elsif t.typtype = 'e' then
        return (select enumlabel from pg_enum where enumtypid = type order by enumsortorder
            limit 1 offset (i - 1) % (select count(*) from pg_enum where enumtypid = type));
    elsif t.typtype in ('r', 'm') then
        return case t.typtype when 'r' then 'empty' else '{}' end;
    elsif t.typtype = 'c' then
        return '(' || repeat(',', (select count(*)::int - 1 from pg_attribute where attrelid = t.typrelid and attnum > 0
            and not attisdropped)) || ')';
    elsif t.typelem <> 0 and t.typcategory = 'A' then
        return array[pg_temp.sample(t.typelem, modifier, i)]::text;
    elsif t.typcategory = 'S' then
        return case when length = 1 then i::text else left('v' || i, length) end;
    end if;
    return case
        when t.typcategory = 'B' and t.typname = 'bool' then (i % 2 = 0)::text
        when t.typname in ('float4', 'float8') then i || '.5'
        when t.typcategory = 'N' then i::text
        when t.typname in ('date', 'timestamp', 'timestamptz') then '2024-01-0' || i
        when t.typname in ('time', 'timetz') then '0' || i || ':00:00'
        when t.typcategory = 'T' then i || ' days'
        when t.typname = 'uuid' then '00000000-0000-0000-0000-00000000000' || i
        when t.typname in ('json', 'jsonb') then '{"a": ' || i || '}'
        when t.typname = 'xml' then '<a>' || i || '</a>'
        when t.typname = 'hstore' then 'a=>' || i
        when t.typname = 'bytea' then '\x0' || i
        when t.typname in ('inet', 'cidr') then '10.0.0.' || i
        when t.typname = 'macaddr' then '00:00:00:00:00:0' || i
        when t.typcategory = 'V' then repeat((i % 2)::text, greatest(modifier, 1))
        when t.typname in ('point', 'circle', 'lseg', 'box', 'path', 'polygon') then
            case t.typname when 'point' then format('(%s,%s)', i, i) when 'circle' then format('<(0,0),%s>', i)
            else format('((0,0),(%s,%s))', i, i) end
        when t.typname = 'line' then format('{1,1,%s}', i)
        when t.typname like 'reg%' then '0'
        else i::text
    end;
end $$;

-- What a table's rows are divided by, where partitions take single values or begin with one.
create function pg_temp.bounds(relation regclass, i int) returns text language sql as $$
    select (pg_temp.literals(pg_get_expr(c.relpartbound, c.oid), true))[1] from pg_inherits h join pg_class c on c.oid = h.inhrelid
    where h.inhparent = relation and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT' order by c.relname limit 1 offset (i - 1) % greatest(1,
        (select count(*) from pg_inherits where inhparent = relation))
$$;

-- Rows that refer to nothing go, or no longer refer to anything, until none is left.
create procedure pg_temp.settle() language plpgsql as $$
declare
    k record;
    changed bigint;
    touched bigint;
    pairs text;
    orphans text;
begin
    for round in 1..10 loop
        touched = 0;
        for k in select c.*, (select string_agg(format('r.%I is not null', attname), ' and ') from pg_attribute
                    where attrelid = conrelid and attnum = any (conkey)) as given,
                (select quote_ident(attname) from pg_attribute where attrelid = conrelid and attnum = any (conkey)
                    and not attnotnull and attgenerated = '' and confmatchtype = 's' limit 1) as nullable
            from pg_constraint c where contype = 'f' and conparentid = 0 loop
            select string_agg(format('r.%I = t.%I', a.attname, b.attname), ' and ') into pairs
                from unnest(k.conkey, k.confkey) u(one, other)
                join pg_attribute a on a.attrelid = k.conrelid and a.attnum = one
                join pg_attribute b on b.attrelid = k.confrelid and b.attnum = other;
            orphans = format('where %s and not exists (select from %s t where %s)', k.given, k.confrelid::regclass, pairs);
            begin
                execute case when k.nullable is null then format('delete from %s r %s', k.conrelid::regclass, orphans)
                    else format('update %s r set %s = null %s', k.conrelid::regclass, k.nullable, orphans) end;
            exception when others then
                -- There may be no partition for NULL.
                execute format('delete from %s r %s', k.conrelid::regclass, orphans);
            end;
            get diagnostics changed = row_count;
            touched = touched + changed;
        end loop;
        exit when touched = 0;
    end loop;
end $$;

do $$
declare
    t record;
    c record;
    names text;
    vals text;
    value text;
    candidates text[];
begin
    for t in select oid, oid::regclass as name, relkind from pg_class where relkind in ('r', 'p') and not relispartition
        and relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) and relpersistence <> 't' loop
        for i in 1..3 loop
            -- Every column, with what its checks list or without; then those that must have a value, then those that have
            -- none by themselves, then with values that differ within a row.
            for attempt in 1..5 loop
                names = null;
                vals = null;
                for c in select * from pg_attribute where attrelid = t.oid and attnum > 0 and not attisdropped
                    and attgenerated = '' and (attempt <= 2 or attnotnull and (attempt = 3 or not atthasdef)) loop
                    select coalesce(array_agg(l), '{}') into candidates from pg_constraint k,
                        pg_temp.literals(pg_get_constraintdef(k.oid), false) a, unnest(a) l
                        where attempt <> 2 and pg_get_constraintdef(k.oid) ~ 'ARRAY\[' and k.conrelid = t.oid and k.contype = 'c' and k.conkey = array[c.attnum];
                    value = coalesce(
                        case when t.relkind = 'p' and exists (select from pg_partitioned_table where partrelid = t.oid
                            and c.attnum = any (partattrs::int2[])) then pg_temp.bounds(t.name, i) end,
                        candidates[1 + (i - 1) % greatest(cardinality(candidates), 1)],
                        pg_temp.sample(c.atttypid, c.atttypmod, case when attempt = 5 then 1 + (i + c.attnum) % 3 else i end));
                    names = concat_ws(', ', names, quote_ident(c.attname));
                    vals = concat_ws(', ', vals, format('%L::%s', value, format_type(c.atttypid, c.atttypmod)));
                end loop;
                begin
                    execute case when names is null then format('insert into %s default values', t.name)
                        else format('insert into %s (%s) overriding system value values (%s)', t.name, names, vals) end;
                    exit;
                exception when others then
                    null;
                end;
            end loop;
        end loop;
    end loop;
    call pg_temp.settle();
end $$;
