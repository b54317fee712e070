//! Hostile names: every object that the sheets of the kinds make, and every part of it that has a name, is called something
//! that would end the text it stands in. The renaming walks the catalogs, so that a new kind is attacked by itself.

use std::fmt::Write as _;

use pgreconcile::kinds;
use toml::Table;

use super::mallory::{self, Failures, Site, Tool};
use crate::{
    attributes,
    cases::folder_of,
    support::{self, Cluster, Database, Run, Server},
};

/// What names become; `{}` stands for the name that was there.
const NAMES: &[&str] = &[
    "{}_plain",
    "{}\nselect m.p();--",
    "{}\r\nselect m.p();--",
    "{}\n\\! touch {touched}",
    "{}\";select m.p();--",
    "{}';select m.p();--",
    "{}');select m.p();--",
    "{} USING btree (n);select m.p();--",
    "{} TO t DO ALSO select m.p();--",
    "{}*/;select m.p();/*",
    "{}--",
    "{} ",
    "({}||m.p())",
    "{},(m.p())",
    "{}$$;select m.p();$$",
    "{}$name$;select m.p();$f$",
    "{} AS select m.p();--",
    "{}.m.p()",
];

/// Every column of a catalog that holds the name of an object, and what is said of it in text.
const RENAME: &str = r"
do $rename$ declare c record; begin
    for c in
        select r.relname as catalog, a.attname as name, exists (select from pg_attribute o where o.attrelid = r.oid and o.attname = 'oid') as has_oid
        from pg_class r join pg_attribute a on a.attrelid = r.oid
        where r.relnamespace = 'pg_catalog'::regnamespace and r.relkind = 'r' and not r.relisshared and a.atttypid = 'name'::regtype
        and a.attnum > 0 and a.attname not in ('oprname', 'evtevent', 'collcollate', 'collctype', 'extname', 'subname', 'subslotname')
    loop
        execute format(
            'update pg_catalog.%1$I x set %2$I = pg_temp.hostile(x.%2$I)::name where x.%2$I <> '''' and %3$s',
            c.catalog, c.name, case
                when c.catalog = 'pg_attribute' then 'attnum > 0 and not attisdropped and attrelid in (select oid from pg_class
                    where oid >= 16384 and relnamespace <> ''pg_toast''::regnamespace)'
                when not c.has_oid then 'false'
                else format('x.oid >= 16384 and not exists (select from pg_depend where classid = %L::regclass and objid = x.oid
                    and deptype = ''e'')', 'pg_catalog.' || c.catalog) || case c.catalog
                    when 'pg_class' then ' and relnamespace <> ''pg_toast''::regnamespace'
                    when 'pg_rewrite' then ' and rulename <> ''_RETURN'''
                    when 'pg_proc' then ' and proname <> ''hostile'''
                    when 'pg_namespace' then ' and nspname !~ ''^pg_'''
                    else '' end
            end);
    end loop;
    update pg_proc set proargnames = array(select case when a = '' then a else pg_temp.hostile(a) end from unnest(proargnames) a)
        where oid >= 16384 and proargnames is not null and prokind <> 'a'
        and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e');
    update pg_description set description = pg_temp.hostile(description) || E'\nselect m.p();--' where objoid >= 16384;
end $rename$";

/// Says all names anew, and gives what puts back those of roles, which all databases share.
fn rename(db: &Database, name: &str, roles: &str) -> String {
    let touched = touched(db);
    let name = name.replace("{touched}", &touched);
    let (before, after) = name.split_once("{}").expect("a name has a place for the one before");
    let room = 63 - before.len() - after.len();
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let hostile = format!(
        "create function pg_temp.hostile(text) returns text language sql as
         $hostile$ select {} || left($1, {room}) || {} $hostile$;",
        text(before).replace("$hostile$", ""),
        text(after)
    );
    let of_roles = db.column(&format!("select rolname from pg_roles where starts_with(rolname, '{roles}')"));
    let (mut there, mut back) = (String::new(), String::new());
    for role in of_roles {
        let other = format!("{before}{}{after}", &role[..role.len().min(room)]).replace('"', "\"\"");
        let _ = write!(there, "alter role \"{role}\" rename to \"{other}\";");
        let _ = write!(back, "alter role \"{other}\" rename to \"{role}\";");
    }
    db.execute(&format!("{hostile} set allow_system_table_mods = on; {RENAME}; {there}"));
    back
}

/// A file that a command in a name would make.
fn touched(db: &Database) -> String {
    format!("/tmp/{}", db.name())
}

/// A database with everything that the sheets of the kinds make, each in a schema of its own; which could not be made.
struct Template {
    db: Database,
    tool: String,
    roles: String,
    made: usize,
}

impl Template {
    fn new(cluster: &Cluster, tool: Tool, failures: &Failures) -> Template {
        let db = cluster.database();
        let role = tool.role(&db);
        let url = db.url_as(&role, "none");
        let mut template = Template { db, tool: role, roles: support::unique("r"), made: 0 };
        let mut missing = Vec::new();
        for kind in kinds::registry().iter() {
            let folder = folder_of(kind.doc().name);
            let sheet = attributes::plain(&folder, cluster.major()).replace("{{unique}}", &template.roles);
            // An owner needs rights in its schema before it can be one, which only a superuser need not mind.
            let kept = |line: &&str| tool == Tool::Superuser || !line.starts_with("owner = ");
            let sheet: String = sheet.lines().filter(kept).map(|line| format!("{line}\n")).collect();
            let file = format!("[reconcile]\ndefault_schema = \"k_{folder}\"\n[schemas.k_{folder}]\n{sheet}");
            template.lend_roles(&file);
            let run = Run::new(&template.db).env("DATABASE_URL", &url).file(&file);
            let run = run.env("SECRET", "one").env("OTHER_SECRET", "two");
            let outcome = run.args(["apply", "--stateless", "--allow", "revoke"]).run();
            if outcome.code == Some(0) {
                template.made += 1;
            } else {
                missing.push(format!("{folder}: {}", outcome.stderr.lines().find(|line| line.starts_with("error")).unwrap_or_default()));
            }
        }
        // A superuser can make all of them; others are told that they may not make languages, classes and the like.
        let enough = if tool == Tool::Superuser { kinds::registry().iter().count() - 3 } else { 25 };
        if template.made < enough {
            failures.extend(&format!("PostgreSQL {}, {tool:?}: set-up", cluster.major()), missing);
        }
        template
    }

    /// Makes the roles of a file, and the tool's own a member of each, where it cannot do so by itself.
    fn lend_roles(&self, file: &str) {
        let roles = file.lines().filter_map(|line| line.strip_prefix("[roles.")?.strip_suffix(']'));
        for role in roles.filter(|_| self.tool != "postgres") {
            let _ = self.db.try_execute(&format!("create role {role}"));
            let tool = &self.tool;
            let _ = self.db.try_execute(&format!("grant {role} to {tool} with admin option"));
        }
    }
}

const APART: [&str; 4] = ["--stateless", "--exclude", "m", "--exclude=vault"];

/// One name, through everything that reads names and says them again.
fn attack(cluster: &Cluster, template: &Template, name: &str, what: &str, failures: &Failures) {
    let db = cluster.copy_of(&template.db);
    let back = rename(&db, name, &template.roles);
    let site = Site::new(&db, &template.tool);
    let told = |of: &Site<'_>, command: &str| {
        failures.extend(what, of.told_by_the_log().into_iter().map(|told| format!("{command}: {told}")));
    };
    let run = |of: &Site<'_>, file: &str, arguments: &[&str], wanted: &[i32]| {
        let outcome = of.run(file, &[arguments, &APART[..]].concat());
        let command = arguments.join(" ");
        if !wanted.contains(&outcome.code.unwrap_or(-1)) {
            let why: String = outcome.stderr.lines().skip_while(|line| !line.starts_with("error")).take(4).collect::<Vec<_>>().join(" | ");
            failures.add(what, format!("{command}: exit code {:?}: {why}", outcome.code));
        }
        told(of, &command);
        outcome
    };
    let file = run(&site, "", &["inspect"], &[0]).stdout;
    run(&site, &file, &["check", "--force"], &[0]);
    for (place, by_psql) in [("elsewhere", false), ("elsewhere by psql", true)] {
        let copy = cluster.database();
        let other = Site::new(&copy, &template.tool);
        if by_psql {
            let script = run(&other, &file, &["plan", "--format", "sql", "--allow", "all"], &[0]).stdout;
            let error = other.psql(&script);
            if error.contains("ERROR") {
                failures.add(what, format!("psql: {}", error.lines().take(3).collect::<Vec<_>>().join(" | ")));
            }
            told(&other, "psql");
        } else {
            run(&other, &file, &["apply", "--allow", "all"], &[0]);
        }
        let again = run(&other, "", &["inspect"], &[0]).stdout;
        // What the file cannot say stands at its top.
        let said = |text: &str| text.lines().skip_while(|line| line.is_empty() || line.starts_with("# ")).map(str::to_owned).collect::<Vec<_>>();
        let (file, again) = (said(&file), said(&again));
        if again != file {
            let pair = file.iter().zip(&again).find(|(one, other)| one != other);
            failures.add(what, format!("{place} it is another: {pair:?}"));
        }
        failures.extend(what, other.gained());
    }
    let pruned = only_schemas(&file);
    run(&site, &pruned, &["plan"], &[0]);
    let script = run(&site, &pruned, &["plan", "--format", "sql", "--allow", "all,prune"], &[0, 1]).stdout;
    let copy = cluster.copy_of(&db);
    site_of(&copy, &site).psql(&script);
    told(&site_of(&copy, &site), "psql of what is pruned");
    run(&site, &pruned, &["apply", "--allow", "all,prune"], &[0, 1]);
    failures.extend(what, site.gained());
    if std::fs::remove_file(touched(&db)).is_ok() {
        failures.add(what, "a command of the shell was run");
    }
    db.execute(&back);
}

/// The same people in a copy of their database.
fn site_of<'d>(copy: &'d Database, site: &Site<'_>) -> Site<'d> {
    Site::again(copy, &site.tool, &site.mallory)
}

/// A file that has the schemas of another, and nothing else.
fn only_schemas(file: &str) -> String {
    let table: Table = file.parse().unwrap_or_default();
    let schemas = table.get("schemas").and_then(|schemas| schemas.as_table()).cloned().unwrap_or_default();
    let empty: Table = schemas.into_iter().map(|(name, _)| (name, Table::new().into())).collect();
    let mut all = Table::new();
    all.insert("schemas".to_owned(), empty.into());
    toml::to_string(&all).expect("it can be written")
}

fn run(tool: Tool, servers: impl Iterator<Item = &'static Server>) {
    let failures = Failures::default();
    for server in servers {
        let cluster = mallory::cluster(server);
        let template = Template::new(&cluster, tool, &failures);
        let major = server.major();
        let step = if super::is_thorough() || tool == Tool::Superuser { 1 } else { 4 };
        for name in NAMES.iter().step_by(step) {
            let what = format!("PostgreSQL {major}, {tool:?}, names as {name:?}");
            if !super::is_wanted(&what) {
                continue;
            }
            failures.guard(&what, || attack(&cluster, &template, name, &what, &failures));
        }
    }
    failures.tell();
}

#[test]
fn a_name_is_a_name_for_a_superuser() {
    run(Tool::Superuser, support::servers().iter());
}

#[test]
fn a_name_is_a_name_for_the_owner() {
    run(Tool::Owner, support::servers().iter().filter(|server| server.is_thorough()));
}

#[test]
fn a_name_is_a_name_in_a_managed_cloud() {
    run(Tool::Cloud, support::servers().iter().filter(|server| server.is_thorough()));
}
