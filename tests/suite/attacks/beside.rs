//! What Mallory leaves beside the objects of the file: functions and operators that shadow those of PostgreSQL, objects
//! under the names that the file will give, the state made beforehand, rows that the tool does not see.

use super::mallory::{Failures, Site, Tool, against_tools};
use crate::support::Cluster;

/// Functions and operators of hers that fit the arguments better than those of PostgreSQL, for every one that takes text,
/// anything, or an array of it.
const SHADOWS: &str = r#"
do $shadows$ declare f record; v text; arguments text; result text; begin
    for f in
        select p.proname, p.proretset, p.prorettype, array(select t::regtype::text from unnest(p.proargtypes) t) as types,
            format_type(p.prorettype, null) as result
        from pg_catalog.pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace and p.prokind in ('f', 'a', 'w') and p.pronargs between 1 and 3
        and p.proargtypes::oid[] && array['text', '"any"', 'anyelement', 'anynonarray', 'anyarray', 'record', 'name']::regtype[]::oid[]
        and not p.proargtypes::oid[] && array['internal', 'cstring']::regtype[]::oid[]
    loop
        foreach v in array array['varchar', 'text', 'public.people', 'int'] loop
            select string_agg(case
                when t in ('text', 'name') then 'varchar'
                when t in ('anyarray', 'anycompatiblearray') then v || '[]'
                when t like E'%any%' or t = 'record' then v
                else t end, ', ') into arguments from unnest(f.types) t;
            result := case when f.result like '%any%' or f.result in ('record', 'internal') then 'text' else f.result end;
            begin
                execute format('create function public.%I(%s) returns %s %s language plpgsql as %L', f.proname, arguments,
                    case when f.proretset then 'setof' else '' end, result,
                    case when f.proretset then 'begin perform m.p(); return; end' else 'begin perform m.p(); return null; end' end);
            exception when others then null; end;
        end loop;
    end loop;
    for f in
        select distinct o.oprname, format_type(o.oprresult, null) as result from pg_catalog.pg_operator o
        where o.oprkind = 'b' and (o.oprleft = 'text'::regtype or o.oprleft = 'anyarray'::regtype or o.oprleft = 'name'::regtype)
    loop
        foreach v in array array['varchar', 'text[]', 'varchar[]', 'public.people'] loop
            result := case when f.result like '%any%' then v else f.result end;
            begin
                execute format('create function public.shadow_%s(%s, %2$s) returns %s language plpgsql as %L', md5(f.oprname), v, result,
                    'begin perform m.p(); return null; end');
                execute format('create operator public.%s (leftarg = %s, rightarg = %2$s, function = public.shadow_%s)',
                    f.oprname, v, md5(f.oprname));
            exception when others then null; end;
        end loop;
    end loop;
end $shadows$"#;

const PEOPLE: &str = "
create table people (name varchar(40), tags text[], age int, boss varchar(40), mood varchar(9));
insert into people values ('a', '{x}', 1, 'b', 'new'), ('b', '{y}', 2, 'gone', null), ('b', '{z}', 3, 'a', 'new');
create table bosses (name varchar(40) primary key);
insert into bosses values ('a'), ('b');
create sequence numbers";

const PEOPLE_FILE: &str = "
[enums]
mood = [\"new\", \"old\"]
[sequences.numbers]
increment = 2
[tables.people]
comment = \"who works here\"
[tables.people.columns]
name = { type = \"varchar(40)\", primary_key = true, keep = \"age desc\" }
tags = \"text[]\"
age = { type = \"bigint\", not_null = true }
boss = { type = \"varchar(40)\", references = \"bosses\", orphans = \"null\" }
mood = { type = \"varchar(20)\", not_null = true, backfill = \"'old'\" }
[tables.people.indexes]
people_tags_idx = [\"tags\"]
[tables.people.statistics]
people_boss = [\"boss\", \"mood\"]
[tables.bosses.columns]
name = { type = \"varchar(40)\", primary_key = true }
[tables.bosses.rows]
key = [\"name\"]
mode = \"upsert\"
values = [{ name = \"a\" }, { name = \"c\" }]
[tables.tags.columns]
tags = { type = \"text[]\", primary_key = true }
label = \"varchar(20)\"
[tables.tags.rows]
key = [\"tags\"]
mode = \"sync\"
values = [{ tags = [\"x\", \"y\"], label = \"one\" }, { tags = [\"z\"], label = \"two\" }]
";

const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["plan", "--allow", "all"],
    &["inspect"],
    &["status"],
    &["history"],
    &["apply", "--allow", "delete_rows,narrow,rewrite,block,drop_object,revoke"],
    &["apply", "--force"],
    &["check", "--force"],
    &["history"],
];

/// With her shadows, and without: then all of it works.
fn shadowed(cluster: &Cluster, tool: Tool, of: usize, what: &str, failures: &Failures) {
    let db = cluster.database();
    let role = tool.role(&db);
    let site = Site::new(&db, &role);
    site.as_tool(&format!("set search_path = public; {PEOPLE}"));
    db.execute(&format!("grant create on schema public to {}", site.mallory));
    if of == 1 {
        site.as_mallory(SHADOWS);
        let made = db.scalar("select count(*) from pg_proc where pronamespace = 'public'::regnamespace");
        assert!(made.parse::<u32>().is_ok_and(|made| made > 300), "only {made} shadows");
    }
    for arguments in COMMANDS {
        let outcome = site.run(PEOPLE_FILE, arguments);
        let command = arguments.join(" ");
        failures.extend(what, site.told_by_the_log().into_iter().map(|told| format!("{command}: {told}")));
        if !matches!(outcome.code, Some(0 | 2)) {
            let error: Vec<&str> =
                outcome.stderr.lines().skip_while(|line| !line.starts_with("error")).take(3).collect();
            failures.add(what, format!("{command}: exit code {:?}: {}", outcome.code, error.join(" | ")));
        }
    }
    let rows = db.column(
        "select (n.name, n.age, n.boss, n.mood)::pg_catalog.text from public.people n order by n.age",
    );
    if rows != ["(a,1,b,new)", "(b,3,a,new)"] {
        failures.add(what, format!("the rows are {rows:?}"));
    }
    let kept = db.column(
        "set search_path = pg_catalog; select row_data ->> 'age' from pgreconcile.quarantine order by 1",
    );
    if !kept.contains(&"2".to_owned()) {
        failures.add(what, format!("what is kept of the rows that were removed: {kept:?}"));
    }
    db.execute("set search_path = pg_catalog; update public.tags set label = 'other' where label = 'one'");
    let check = site.run(PEOPLE_FILE, &["check"]);
    if check.code == Some(0) {
        failures.add(what, "a declared row was changed, and `check` says that it is in sync");
    }
    failures.extend(what, site.told_by_the_log());
    failures.extend(what, site.gained());
}

/// What she makes under the names of the file, in a schema of the file: how, and what the file says.
const ADOPTED: &[(&str, &str, &str)] = &[
    ("table", "create table shop.it (id int)", "tables.it.columns.id = \"int\""),
    ("view", "create view shop.it as select 1 as id", "views.it = \"select 1 as id\""),
    (
        "materialized view",
        "create materialized view shop.it as select 1 as id",
        "materialized_views.it = \"select 1 as id\"",
    ),
    (
        "function",
        "create function shop.it() returns int language sql as 'select 1'",
        "functions.\"it()\" = { returns = \"int\", body = \"select 1\" }",
    ),
    (
        "procedure",
        "create procedure shop.it() language sql as 'select 1'",
        "procedures.\"it()\" = { body = \"select 1\" }",
    ),
    ("sequence", "create sequence shop.it", "sequences.it = {}"),
    ("enum", "create type shop.it as enum ('a')", "enums.it = [\"a\"]"),
    ("domain", "create domain shop.it as int", "domains.it = \"int\""),
    (
        "composite type",
        "create type shop.it as (a int)",
        "composite_types.it = { attributes = { a = \"int\" } }",
    ),
    (
        "operator",
        "create function m.same(int, int) returns boolean language sql as 'select true';
         create operator shop.=== (leftarg = int, rightarg = int, function = m.same)",
        "operators.\"===(int, int)\" = \"m.same\"",
    ),
    (
        "table with rows",
        "create table shop.it (id int primary key); create trigger g before insert on shop.it for each row execute function m.tg()",
        "tables.it = { columns = { id = { type = \"int\", primary_key = true } }, rows = { key = [\"id\"], values = [{ id = 1 }] } }",
    ),
    (
        "table that grows",
        "create table shop.it (id int, g int generated always as (m.p()) stored); insert into shop.it values (1)",
        "tables.it.columns = { id = \"bigint\", more = { type = \"int\", not_null = true, backfill = \"id\" } }",
    ),
    (
        "partition",
        "create table shop.it1 (id int, check (m.p() is not null))",
        "tables.it = { partition_by = \"range (id)\", columns = { id = \"int\" }, partitions = { it1 = \"for values from (0) to (9)\" } }",
    ),
];

fn adopted(cluster: &Cluster, tool: Tool, of: usize, what: &str, failures: &Failures) {
    let (_, sql, line) = ADOPTED[of];
    let db = cluster.database();
    let role = tool.role(&db);
    let site = Site::new(&db, &role);
    site.as_mallory(&site.payload("tg()", "trigger", "return new;"));
    db.execute(&format!("grant usage, create on schema shop to {}", site.mallory));
    let file = format!("{line}\n[reconcile]\ndefault_schema = \"shop\"\n");
    if !sql.contains("m.") {
        site.as_tool(sql);
        let own = site.run(&file, &["apply"]);
        if own.code != Some(0) {
            failures.add(what, format!("what is the tool's own is refused: {}", own.stderr));
        }
        site.as_tool("drop schema shop cascade; create schema shop");
        db.execute(&format!("grant usage, create on schema shop to {}", site.mallory));
    }
    site.as_mallory(sql);
    for arguments in [
        &["check"][..],
        &["plan", "--allow", "all"],
        &["apply"],
        &["apply", "--force", "--allow", "all,prune"],
    ] {
        let outcome = site.run(&file, arguments);
        let command = arguments.join(" ");
        let is_told = arguments[0] == "check"
            && [&outcome.stdout, &outcome.stderr].iter().any(|text| text.contains(&site.mallory));
        if outcome.code == Some(0) && arguments[0] != "plan" && !arguments.contains(&"all,prune") && !is_told
        {
            failures.add(what, format!("{command}: it takes what is hers for what the file declares"));
        }
        failures.extend(what, site.told_by_the_log().into_iter().map(|told| format!("{command}: {told}")));
    }
    failures.extend(what, site.gained());
}

const TABLE: &str = "[tables.t.columns]\nid = { type = \"int\", primary_key = true }\n";

/// What she does to the state of the tool, which she made before it did.
const STATE: &[(&str, &str)] = &[
    (
        "a trigger on `run`",
        "create trigger hers before insert or update on pgreconcile.run for each row execute function m.tg()",
    ),
    (
        "`seen` as a view",
        "create table m.kept as select * from pgreconcile.seen; drop table pgreconcile.seen;
         create view pgreconcile.seen as select * from m.kept where m.p() is not null",
    ),
];

fn state(cluster: &Cluster, tool: Tool, of: usize, what: &str, failures: &Failures) {
    let db = cluster.database();
    let role = tool.role(&db);
    let site = Site::new(&db, &role);
    site.run(TABLE, &["apply"]).success();
    site.as_mallory(&site.payload("tg()", "trigger", "return new;"));
    let mallory = &site.mallory;
    db.execute(&format!(
        "do $$ declare it text; begin
             for it in select oid::regclass::text from pg_class where relnamespace = 'pgreconcile'::regnamespace and relkind = 'r' loop
                 execute 'alter table ' || it || ' owner to {mallory}';
             end loop;
         end $$; alter schema pgreconcile owner to {mallory}"
    ));
    site.as_mallory(STATE[of].1);
    let changed = format!("{TABLE}more = \"text\"\n");
    for arguments in [
        &["check"][..],
        &["status"],
        &["history"],
        &["plan"],
        &["apply"],
        &["apply", "--force"],
        &["rollback"],
    ] {
        site.run(&changed, arguments);
        let command = arguments.join(" ");
        failures.extend(what, site.told_by_the_log().into_iter().map(|told| format!("{command}: {told}")));
    }
    failures.extend(what, site.gained());
}

const HIDDEN: &str = "
create table parent (id int primary key); insert into parent values (1), (2);
create table child (id int primary key, parent int); insert into child values (1, 1), (2, 2);
alter table parent enable row level security; alter table parent force row level security;
create policy visible on parent using (id = 1)";

const HIDDEN_FILE: &str = "
[tables.parent]
row_security = true
force_row_security = true
[tables.parent.columns]
id = { type = \"int\", primary_key = true }
[tables.parent.policies]
visible = { using = \"id = 1\" }
";

/// Rows that a policy hides from the tool's role are not rows that are not there.
fn hidden(cluster: &Cluster, tool: Tool, what: &str, failures: &Failures) {
    let db = cluster.database();
    let role = tool.role(&db);
    let site = Site::new(&db, &role);
    site.as_tool(&format!("set search_path = public; {HIDDEN}"));
    let rows = format!(
        "{HIDDEN_FILE}[tables.parent.rows]\nkey = [\"id\"]\nmode = \"sync\"\nvalues = [{{ id = 1 }}]\n"
    );
    for arguments in [&["check"][..], &["apply"], &["apply", "--force"]] {
        let outcome = site.run(&rows, arguments);
        if outcome.code == Some(5) {
            failures.add(what, format!("the file of the test is not valid: {}", outcome.stderr));
        }
        if outcome.code == Some(0) {
            failures.add(
                what,
                format!("{}: in sync, and a row is there that the file does not have", arguments.join(" ")),
            );
        }
    }
    let key = format!(
        "{HIDDEN_FILE}[tables.child.columns]\nid = {{ type = \"int\", primary_key = true }}\n\
         parent = {{ type = \"int\", references = \"parent\", orphans = \"delete\" }}\n"
    );
    site.run(&key, &["apply", "--allow", "all"]);
    let children = db.scalar("select count(*) from child");
    if children != "2" {
        failures.add(what, format!("of 2 children, whose parents are all there, {children} are left"));
    }
}

#[test]
fn what_shadows_postgresql_is_not_called() {
    against_tools(&Tool::ALL, 2, shadowed, |of| {
        ["no shadows", "shadows of functions and operators"][of].to_owned()
    });
}

#[test]
fn what_others_own_is_not_adopted() {
    against_tools(&Tool::ALL, ADOPTED.len(), adopted, |of| format!("her {}", ADOPTED[of].0));
}

#[test]
fn the_state_of_others_is_not_used() {
    against_tools(&[Tool::Superuser, Tool::Cloud], STATE.len(), state, |of| {
        format!("the state with {}", STATE[of].0)
    });
}

#[test]
fn hidden_rows_are_not_no_rows() {
    let work =
        |cluster: &Cluster, tool, _, what: &str, failures: &Failures| hidden(cluster, tool, what, failures);
    against_tools(&[Tool::Owner, Tool::Cloud], 1, work, |_| "rows that a policy hides".to_owned());
}
