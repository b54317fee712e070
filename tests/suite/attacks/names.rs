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
    "({}||m.p())",
    "{},(m.p())",
    "{}$$;select m.p();$$",
    "{}$name$;select m.p();$f$",
    "{} AS select m.p();--",
    "{}.m.p()",
    " {} ",
    "{}\t",
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
                    where oid >= 16384 and relkind <> ''S'' and relnamespace <> ''pg_toast''::regnamespace)'
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

/// A database with everything that the sheets of the kinds make, each in a schema of its own; and one that has something
/// else in everything.
struct Template {
    db: Database,
    other: Database,
    tool: String,
    roles: String,
}

impl Template {
    fn new(cluster: &Cluster, tool: Tool, failures: &Failures) -> Template {
        let db = cluster.database();
        let role = tool.role(&db);
        let other = cluster.database();
        db.execute(&format!("alter database {} owner to {role}", other.name()));
        let template = Template { db, other, tool: role, roles: support::unique("r") };
        let (mut missing, mut made, mut varied) = (Vec::new(), 0, 0);
        for kind in kinds::registry().iter() {
            let folder = folder_of(kind.doc().name);
            let plain = attributes::plain(&folder, cluster.major());
            match template.apply(&template.db, tool, &folder, &plain) {
                Ok(()) => made += 1,
                Err(error) => {
                    missing.push(format!("{folder}: {error}"));
                    continue;
                }
            }
            if tool != Tool::Superuser {
                continue;
            }
            let other = attributes::varied(&folder, cluster.major());
            match template.apply(&template.other, tool, &folder, &other) {
                Ok(()) => varied += 1,
                // What cannot be had all at once is what it was.
                Err(_) => drop(template.apply(&template.other, tool, &folder, &plain)),
            }
        }
        // A superuser can make nearly all of them, of which the oldest major lacks some; others are told that they may not make languages, classes and the like.
        let enough = if tool == Tool::Superuser { kinds::registry().iter().count() - 6 } else { 25 };
        if made < enough || tool == Tool::Superuser && varied < 20 {
            missing.push(format!("{varied} could be varied"));
            failures.extend(&format!("PostgreSQL {}, {tool:?}: set-up", cluster.major()), missing);
        }
        template
    }

    fn apply(&self, db: &Database, tool: Tool, folder: &str, sheet: &str) -> Result<(), String> {
        let sheet = sheet.replace("{{unique}}", &self.roles);
        // An owner needs rights in its schema before it can be one, which only a superuser need not mind.
        let kept = |line: &&str| tool == Tool::Superuser || !line.starts_with("owner = ");
        let sheet: String = sheet.lines().filter(kept).map(|line| format!("{line}\n")).collect();
        let file = format!("[reconcile]\ndefault_schema = \"k_{folder}\"\n[schemas.k_{folder}]\n{sheet}");
        self.lend_roles(&file);
        let run = Run::new(db).env("DATABASE_URL", db.url_as(&self.tool, "none")).file(&file);
        let run = run.env("SECRET", "one").env("OTHER_SECRET", "two");
        let outcome = run.args(["apply", "--stateless", "--allow", "revoke"]).run();
        let error = outcome.stderr.lines().find(|line| line.starts_with("error"));
        if outcome.code == Some(0) { Ok(()) } else { Err(error.unwrap_or_default().to_owned()) }
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

/// One name on its way through the tool.
struct Attack<'a> {
    cluster: &'a Cluster,
    template: &'a Template,
    what: &'a str,
    failures: &'a Failures,
}

impl Attack<'_> {
    /// Through everything that reads names and says them again.
    fn run(&self, name: &str) {
        let db = self.cluster.copy_of(&self.template.db);
        let other = self.cluster.copy_of(&self.template.other);
        let back = rename(&db, name, &self.template.roles);
        // Roles have it already.
        rename(&other, &name.replace("{touched}", &touched(&db)), "no role");
        let site = Site::new(&db, &self.template.tool);
        let file = self.command(&site, "", &["inspect"]);
        self.command(&site, &file, &["check", "--force"]);
        self.elsewhere(&file, false);
        self.elsewhere(&file, true);
        if self.template.tool == "postgres" {
            self.changed(&Site::new(&other, &self.template.tool), &file);
        }
        self.changed(&site, &only_schemas(&file));
        if std::fs::remove_file(touched(&db)).is_ok() {
            self.failures.add(self.what, "a command of the shell was run");
        }
        db.execute(&back);
    }

    /// A run that must succeed: every name is one.
    fn command(&self, site: &Site<'_>, file: &str, arguments: &[&str]) -> String {
        self.try_command(site, file, arguments, &[0])
    }

    fn try_command(&self, site: &Site<'_>, file: &str, arguments: &[&str], codes: &[i32]) -> String {
        let outcome = site.run(file, &[arguments, &APART[..]].concat());
        let command = arguments.join(" ");
        if !outcome.code.is_some_and(|code| codes.contains(&code)) {
            let why: Vec<&str> =
                outcome.stderr.lines().skip_while(|line| !line.starts_with("error")).take(4).collect();
            let more: Vec<&str> = outcome.stdout.lines().take(4).filter(|_| why.is_empty()).collect();
            let (why, more) = (why.join(" | "), more.join(" | "));
            self.failures.add(self.what, format!("{command}: exit code {:?}: {why}{more}", outcome.code));
        }
        self.log(site, &command);
        outcome.stdout
    }

    fn log(&self, site: &Site<'_>, command: &str) {
        let told = site.told_by_the_log().into_iter().take(5);
        self.failures.extend(self.what, told.map(|told| format!("{command}: {told}")));
    }

    /// A script that must succeed to its end.
    fn psql(&self, site: &Site<'_>, script: &str) {
        let error = site.psql(script);
        if error.contains("ERROR") {
            let error = error.lines().take(3).collect::<Vec<_>>().join(" | ");
            self.failures.add(self.what, format!("psql: {error}"));
        }
        self.log(site, "psql");
    }

    /// What is inspected makes the same of an empty database.
    fn elsewhere(&self, file: &str, by_psql: bool) {
        let db = self.cluster.database();
        let site = Site::new(&db, &self.template.tool);
        if by_psql {
            let script = self.command(&site, file, &["plan", "--format", "sql", "--allow", "all"]);
            self.psql(&site, &script);
        } else {
            self.command(&site, file, &["apply", "--allow", "all"]);
        }
        self.is_now(&site, file, if by_psql { "elsewhere by psql" } else { "elsewhere" });
    }

    fn is_now(&self, site: &Site<'_>, file: &str, place: &str) {
        let again = self.command(site, "", &["inspect"]);
        // What the file cannot say stands at its top.
        let said = |text: &str| {
            let lines = text.lines().skip_while(|line| line.is_empty() || line.starts_with("# "));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let (file, again) = (said(file), said(&again));
        if again != file {
            let pair = file.iter().zip(&again).find(|(one, other)| one != other);
            self.failures.add(self.what, format!("{place} it is another: {pair:?}"));
        }
        self.failures.extend(self.what, site.gained());
    }

    /// Where everything is something else, it becomes what the file says; and everything goes. PostgreSQL refuses some
    /// of that, which is not what counts here: it is tried to its end.
    fn changed(&self, site: &Site<'_>, file: &str) {
        let copy = self.cluster.copy_of(site.db);
        let of_psql = Site::again(&copy, &site.tool, &site.mallory);
        let plan = ["plan", "--format", "sql", "--allow", "all,prune"];
        let script = self.try_command(&of_psql, file, &plan, &[0, 1]);
        of_psql.psql(&format!("\\set ON_ERROR_STOP 0\n{script}"));
        self.log(&of_psql, "psql of what is changed");
        self.try_command(site, file, &["apply", "--allow", "all,prune"], &[0, 1]);
        self.try_command(site, file, &["check", "--force"], &[0, 2]);
        self.failures.extend(self.what, site.gained());
    }
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
        let step = match tool {
            _ if super::is_thorough() => 1,
            Tool::Superuser => 2,
            _ => 4,
        };
        for (place, name) in NAMES.iter().enumerate() {
            // The first is no attack: all of it works.
            if place > 0 && !(place + major as usize).is_multiple_of(step) {
                continue;
            }
            let what = format!("PostgreSQL {major}, {tool:?}, names as {name:?}");
            if !super::is_wanted(&what) {
                continue;
            }
            let attack = Attack { cluster: &cluster, template: &template, what: &what, failures: &failures };
            failures.guard(&what, || attack.run(name));
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
