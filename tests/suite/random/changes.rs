//! Changes that a person makes behind the tool's back, by plain SQL, to what is there.

use crate::support::Database;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// A query that gives statements: whatever can be done to each object of a database.
const STATEMENTS: &str = r#"
with t as (select c.oid, c.oid::regclass::text as name, c.relkind from pg_class c
           where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')),
     a as (select t.name, quote_ident(x.attname) as col, x.* from t join pg_attribute x on x.attrelid = t.oid
           where x.attnum > 0 and not x.attisdropped and x.attname <> 'id')
select format('alter table %s alter %s drop not null', name, col) from a where attnotnull
union all select format('alter table %s alter %s set not null', name, col) from a where not attnotnull
union all select format('alter table %s alter %s drop default', name, col) from a where atthasdef and attgenerated = ''
union all select format('alter table %s alter %s set default null', name, col) from a where attidentity = ''
union all select format('alter table %s drop column %s', name, col) from a
union all select format('alter table %s alter %s set statistics 77', name, col) from a
union all select format('alter table %s alter %s type text', name, col) from a where atttypid = 'varchar'::regtype
union all select format('alter table %s alter %s type numeric(20,3)', name, col) from a where atttypid in ('int4'::regtype, 'int8'::regtype)
union all select format('comment on column %s.%s is %L', name, col, 'by hand') from a
union all select format('alter table %s add column by_hand int', name) from t
union all select format('alter table %s set (fillfactor = 55)', name) from t where relkind = 'r'
union all select format('alter table %s enable row level security', name) from t join pg_class c using (oid) where not c.relispartition
union all select format('alter table %s replica identity full', name) from t
union all select format('create index by_hand_%s on %s (id)', oid, name) from t
union all select format('comment on table %s is %L', name, 'by hand') from t
union all select format('grant delete on %s to {role}', name) from t
union all select format('alter table %s drop constraint %I cascade', name, k.conname) from pg_constraint k join t on t.oid = k.conrelid
union all select format('alter table %s rename constraint %I to by_hand', name, k.conname) from pg_constraint k join t on t.oid = k.conrelid where k.contype not in ('p', 'f', 'n')
union all select format('drop index %s', i.indexrelid::regclass) from pg_index i join t on t.oid = i.indrelid
union all select format('alter index %s set (fillfactor = 66)', i.indexrelid::regclass) from pg_index i join t on t.oid = i.indrelid where t.relkind = 'r'
union all select format('drop trigger %I on %s', g.tgname, name) from pg_trigger g join t on t.oid = g.tgrelid where not g.tgisinternal
union all select format('alter table %s disable trigger %I', name, g.tgname) from pg_trigger g join t on t.oid = g.tgrelid where not g.tgisinternal
union all select format('drop policy %I on %s', p.polname, name) from pg_policy p join t on t.oid = p.polrelid
union all select format('alter policy %I on %s using (false)', p.polname, name) from pg_policy p join t on t.oid = p.polrelid where p.polcmd <> 'a'
union all select format('drop rule %I on %s', r.rulename, name) from pg_rewrite r join t on t.oid = r.ev_class
union all select format('drop %s %s cascade', case c.relkind when 'v' then 'view' else 'materialized view' end, c.oid::regclass)
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')
union all select format('alter view %s set (security_barrier)', c.oid::regclass) from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'
union all select format('alter function %s cost 42', p.oid::regprocedure) from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind = 'f'
union all select format('alter routine %s set search_path = pg_temp', p.oid::regprocedure) from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p')
union all select format('grant execute on routine %s to {role}', p.oid::regprocedure) from pg_proc p where p.pronamespace = 'public'::regnamespace
union all select 'alter type mood add value ''by hand'''
union all select 'alter domain money_amount set default 5'
union all select 'alter domain money_amount add constraint by_hand check (value <> 5)'
union all select format('alter sequence %s increment 9', c.oid::regclass) from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
union all select 'drop publication changes' from pg_publication where pubname = 'changes'
union all select 'alter publication changes set (publish = ''truncate'')' from pg_publication where pubname = 'changes'
union all select format('drop statistics %s', stxname) from pg_statistic_ext
union all select 'create table by_hand (id int)'
union all select 'grant {group} to {role}'
union all select 'revoke {group} from {role}'
union all select 'create view by_hand as select 1 as one'
union all select 'create function by_hand() returns int language sql as ''select 1'''
order by 1
"#;

/// A dozen statements, each of which is to be tried on the database as the file wants it.
pub fn random(seed: u64, db: &Database, roles: &[String; 2]) -> Vec<String> {
    let mut statements = db.column(STATEMENTS);
    statements.shuffle(&mut StdRng::seed_from_u64(seed));
    statements.truncate(12);
    statements
        .into_iter()
        .map(|statement| statement.replace("{role}", &roles[1]).replace("{group}", &roles[0]))
        .collect()
}
