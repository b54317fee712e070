//! What a file calls without a name of Mallory's in it: through views, functions and triggers of others that read a relation of
//! hers, through the parts of what is trusted, by names that find what is hers, and after a run that found all in sync.

use super::mallory::{Failures, Site, Tool, against_tools};
use crate::support::Cluster;

struct Way {
    name: &'static str,
    /// By her, first.
    hers: &'static str,
    /// By the superuser, `{tool}` being the role of the tool and `{mallory}` hers.
    others: &'static str,
    /// By her: what is to run.
    trap: &'static str,
    file: &'static str,
    /// By her, after a run that has found all in sync.
    after: &'static str,
    is_refused: bool,
    since: u32,
}

const PLAIN: Way =
    Way { name: "", hers: "", others: "", trap: "", file: "", after: "", is_refused: true, since: 13 };

const TABLE: &str = "create table m.t (id int); insert into m.t values (1); grant select on m.t to public";
const INDEX: &str = "create index on m.t ((m.p()))";
const VIEW: &str = "set role {tool}; create view v as select * from m.t; create table a (id int primary key); \
     create function f() returns trigger language plpgsql as 'begin perform count(*) from public.v; return new; end'; \
     create function n() returns int language plpgsql as 'begin return (select count(*) from public.v); end'; \
     create schema lib; create view lib.v as select * from v";
const PROBE_OF_HERS: &str =
    "[[custom]]\nname = \"odd\"\nprobe = \"select count(*) >= 0 from m.t\"\ncreate = \"select 1\"\n";
const CLASS: &str = "create operator class k for type int using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, \
     operator 5 >, function 1 m.compare(int, int)";
const COMPARE: &str = "create function m.compare(int, int) returns int language plpgsql immutable as 'begin return $1 - $2; end'";
const COMPARE_TRAP: &str = "create or replace function m.compare(int, int) returns int language plpgsql immutable as \
     'begin perform m.p(); return $1 - $2; end'";

const WAYS: &[Way] = &[
    Way {
        name: "a trigger of the file reads a view",
        hers: TABLE,
        others: VIEW,
        trap: INDEX,
        file: "[tables.a.columns]\nid = { type = \"int\", primary_key = true }\n[tables.a.rows]\nkey = [\"id\"]\nvalues = [{ id = 1 }]\n\
               [tables.a.triggers.g]\nwhen = \"before\"\nevents = [\"insert\"]\nfor_each = \"row\"\ncall = \"f()\"\n",
        ..PLAIN
    },
    Way {
        name: "SQL of a row reads a view",
        hers: TABLE,
        others: VIEW,
        trap: INDEX,
        file: "[tables.a.columns]\nid = { type = \"int\", primary_key = true }\n[tables.a.rows]\nkey = [\"id\"]\n\
               values = [{ id = { sql = \"(select max(id) + 5 from v)\" } }]\n",
        ..PLAIN
    },
    Way {
        name: "a materialized view reads a view",
        hers: TABLE,
        others: VIEW,
        trap: "create statistics m.s on (m.p()), id from m.t",
        file: "[materialized_views]\nw = \"select id from v\"\n",
        since: 14,
        ..PLAIN
    },
    Way {
        name: "a default calls what reads a view",
        hers: TABLE,
        others: VIEW,
        trap: INDEX,
        file: "[tables.a.columns]\nid = { type = \"int\", primary_key = true }\nn = { type = \"int\", not_null = true, default = \"n()\" }\n",
        ..PLAIN
    },
    Way {
        name: "a probe reads a view of a schema that is not read",
        hers: TABLE,
        others: VIEW,
        trap: INDEX,
        file: "[[custom]]\nname = \"odd\"\nprobe = \"select count(*) >= 0 from lib.v\"\ncreate = \"select 1\"\n",
        ..PLAIN
    },
    Way {
        name: "a rule made after all was in sync",
        hers: "create table m.u (id int); create view m.t as select id from m.u; grant select on m.t, m.u to public",
        file: PROBE_OF_HERS,
        after: "create or replace rule \"_RETURN\" as on select to m.t do instead select m.p() as id",
        ..PLAIN
    },
    Way {
        name: "statistics made after all was in sync",
        hers: TABLE,
        file: PROBE_OF_HERS,
        after: "create statistics m.s on (m.p()), id from m.t",
        since: 14,
        ..PLAIN
    },
    Way {
        name: "a cast made after all was in sync",
        hers: "create type m.e as enum ('x'); create table m.t (id m.e); insert into m.t values ('x'); grant select on m.t to public; \
               create function m.cast_of(m.e) returns text language plpgsql immutable as 'begin perform m.p(); return 1; end'",
        file: "[[custom]]\nname = \"odd\"\nprobe = \"select count(id::text) >= 0 from m.t\"\ncreate = \"select 1\"\n",
        after: "create cast (m.e as text) with function m.cast_of(m.e)",
        ..PLAIN
    },
    Way {
        name: "an operator class in an index",
        hers: COMPARE,
        others: "{class}; set role {tool}; create table a (id int primary key, n int); create index i on a (n k)",
        trap: COMPARE_TRAP,
        file: "[tables.a.columns]\nid = { type = \"int\", primary_key = true }\nn = \"int\"\n[tables.a.indexes]\ni = [\"n k\"]\n\
               [tables.a.rows]\nkey = [\"id\"]\nvalues = [{ id = 1, n = 2 }, { id = 2, n = 1 }]\n",
        ..PLAIN
    },
    Way {
        name: "an operator class in a partition key",
        hers: COMPARE,
        others: "{class}; set role {tool}; create table a (n int) partition by range (n k); \
                 create table a1 partition of a for values from (0) to (10)",
        trap: COMPARE_TRAP,
        file: "[tables.a]\npartition_by = \"range (n k)\"\ncolumns.n = \"int\"\npartitions = { a1 = \"for values from (0) to (5)\" }\n",
        ..PLAIN
    },
    Way {
        name: "an operator class of a range",
        hers: COMPARE,
        others: "{class}; set role {tool}; create type r as range (subtype = int, subtype_opclass = k); create table a (n r default '[1,5)')",
        trap: COMPARE_TRAP,
        file: "[range_types]\nr = { subtype = \"int\", subtype_opclass = \"k\" }\n[tables.a.columns]\nn = { type = \"r\", default = \"'[1,6)'\" }\n",
        ..PLAIN
    },
    Way {
        name: "a literal of her domain in a body that is checked",
        hers: "create domain m.five as int check (value > 0)",
        others: "set role {tool}; create function g() returns text language sql as $$ select '{5}'::m.five[]::text $$",
        trap: "alter domain m.five add check (m.p() > 0) not valid",
        is_refused: false,
        ..PLAIN
    },
    Way {
        name: "a function behind an extension of hers",
        others: "grant create on database {database} to {mallory}; grant create, usage on schema public to {mallory}; \
                 set role {tool}; create table a (id int primary key)",
        trap: "create extension hstore schema m; \
               create function public.f() returns trigger language plpgsql as 'begin perform m.p(); return new; end'; \
               alter extension hstore add function public.f()",
        file: "[tables.a.columns]\nid = { type = \"int\", primary_key = true }\n[tables.a.rows]\nkey = [\"id\"]\nvalues = [{ id = 1 }]\n\
               [tables.a.triggers.g]\nwhen = \"before\"\nevents = [\"insert\"]\nfor_each = \"row\"\ncall = \"f()\"\n",
        ..PLAIN
    },
    Way {
        name: "a trigger calls a function of a schema that is not read",
        others: "set role {tool}; create table a (id int primary key)",
        trap: "create function m.tg() returns trigger language plpgsql as 'begin perform m.p(); return new; end'",
        file: "[tables.a.columns]\nid = { type = \"int\", primary_key = true }\n[tables.a.rows]\nkey = [\"id\"]\nvalues = [{ id = 1 }]\n\
               [tables.a.triggers.g]\nwhen = \"before\"\nevents = [\"insert\"]\nfor_each = \"row\"\ncall = \"m.tg()\"\n",
        ..PLAIN
    },
    Way {
        name: "statistics that stand in another schema",
        others: "grant create, usage on schema public to {mallory}; set role {tool}; create schema lib; \
                 create table a (id int, amount int); insert into a values (1, 2); \
                 create statistics lib.s on (to_hex(amount)), id from a",
        trap: "create function public.to_hex(numeric) returns text language plpgsql immutable as 'begin perform m.p(); return 1; end'",
        file: "[tables.a.columns]\nid = \"int\"\namount = \"numeric\"\n",
        since: 14,
        ..PLAIN
    },
    Way {
        name: "a rule writes into a table with a trigger of hers",
        others: WRITTEN,
        trap: TRIGGER,
        file: FILLED,
        ..PLAIN
    },
    Way {
        name: "a function that is parsed writes into a view of such a table",
        others: "grant usage on schema public to {mallory}; set role {tool}; create table audit (n int); grant trigger on audit to {mallory}; \
                 create view av as select * from audit; create function n() returns int language plpgsql as \
                 'begin insert into public.av values (1); return 1; end'; create table a (id int primary key); insert into a values (1)",
        trap: TRIGGER,
        file: "[tables.a.columns]\nid = { type = \"int\", primary_key = true }\nn = { type = \"int\", not_null = true, default = \"n()\" }\n",
        ..PLAIN
    },
    Way {
        name: "an event trigger writes into a view of such a table",
        others: "grant usage on schema public to {mallory}; create table audit (n int); grant trigger on audit to {mallory}; \
                 create view av as select * from audit; create function ev() returns event_trigger language plpgsql set search_path = pg_catalog, pg_temp \
                 as 'begin insert into public.av values (1); end'; create event trigger \"ev_{database}\" on ddl_command_end execute function ev(); \
                 alter table audit owner to {tool}; alter view av owner to {tool}; grant insert on av to public; create table a (id int); alter table a owner to {tool}",
        trap: TRIGGER,
        file: "[tables.a.columns]\nid = \"int\"\nn = \"int\"\n",
        ..PLAIN
    },
    Way {
        name: "rows of hers go with those that a trigger deletes",
        others: "grant usage on schema public to {mallory}; set role {tool}; create table b (id int primary key); insert into b values (1); \
                 grant references on b to {mallory}; create table a (id int primary key); insert into a values (1); \
                 create function d() returns trigger language plpgsql as 'begin delete from public.b; return new; end'; \
                 create trigger d before update on a for each row execute function d()",
        trap: "create table m.c (id int references public.b on delete cascade); insert into m.c values (1); \
               create function m.tg() returns trigger language plpgsql as 'begin perform m.p(); return null; end'; \
               create constraint trigger tg after delete on m.c deferrable initially deferred for each row execute function m.tg()",
        file: FILLED,
        ..PLAIN
    },
    Way {
        name: "a statement that empties what her rows refer to",
        others: "grant usage on schema public to {mallory}; set role {tool}; create table b (id int primary key); \
                 grant references on b to {mallory}; create table a (id int)",
        trap: "create table m.c (id int references public.b); \
               create function m.tg() returns trigger language plpgsql as 'begin perform m.p(); return null; end'; \
               create trigger tg before truncate on m.c for each statement execute function m.tg()",
        file: "[tables.a.columns]\nid = \"int\"\n[[custom]]\nname = \"x\"\nprobe = \"select false\"\ncreate = \"truncate public.b cascade\"\n",
        ..PLAIN
    },
    Way {
        name: "a trigger of hers with arguments for a function of others",
        others: "grant usage on schema public to {mallory}; set role {tool}; create table a (id int primary key); insert into a values (1); \
                 grant trigger on a to {mallory}; create function note() returns trigger language plpgsql as \
                 $$ begin execute format('insert into %s values (1)', tg_argv[0]); return new; end $$",
        trap: "create table m.h (n int); grant insert on m.h to public; \
               create function m.tg() returns trigger language plpgsql as 'begin perform m.p(); return new; end'; \
               create trigger tg before insert on m.h for each row execute function m.tg(); \
               create trigger note before update on public.a for each row execute function public.note('m.h')",
        file: FILLED,
        ..PLAIN
    },
    Way {
        name: "a view puts its query together",
        others: "grant create, usage on schema public to {mallory}; set role {tool}; create table a (id int); \
                 create view counted as select c.relname, query_to_xml(format('select count(*) from %I.%I', n.nspname, c.relname), false, true, '') as x \
                 from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'v' and c.relname = 'hers'",
        trap: "create view public.hers as select m.p() as n; grant select on public.hers to public",
        file: "[tables.a.columns]\nid = \"int\"\n[[custom]]\nname = \"x\"\nprobe = \"select count(x::text) >= 0 from counted\"\ncreate = \"select 1\"\n",
        ..PLAIN
    },
    Way {
        name: "a relation of hers that is called as a column, an enum as one, a table as a value",
        others: "grant create, usage on schema public to {mallory}; set role {tool}; create table a (id int, title text, state text)",
        trap: "create table public.title (n int); create type public.state as enum ('x'); create table public.new (n int)",
        file: "[tables.a.columns]\nid = \"int\"\ntitle = \"text\"\nstate = { type = \"text\", default = \"'new'\" }\n\
               [tables.a.checks]\nc = \"state in ('new', 'old')\"\n[views]\nv = \"select id, title from a where state = 'new'\"\n",
        is_refused: false,
        ..PLAIN
    },
    Way {
        name: "a table of hers made of an enum of the file",
        others: "set role {tool}; create type mood as enum ('a', 'b'); create table a (e mood)",
        trap: "create table m.\"t\nforged\" (e public.mood)",
        file: "[enums]\nmood = [\"a\"]\n[tables.a.columns]\ne = \"mood\"\n",
        ..PLAIN
    },
    Way {
        name: "an index of hers over a domain of the file",
        others: "set role {tool}; create domain d as int; create table a (id d); insert into a values (1)",
        trap: "create table m.t (id public.d); insert into m.t values (1); grant select on m.t to public; create index on m.t ((m.p()))",
        file: "[domains.d]\ntype = \"int\"\nchecks = { c = \"value > 0\" }\n[tables.a.columns]\nid = \"d\"\n",
        is_refused: false,
        ..PLAIN
    },
    Way {
        name: "a bare name of a relation in a policy",
        others: FOUND,
        trap: "create table public.members (who text); create function public.noise() returns int language sql as 'select 1'",
        file: "[schemas.b.tables.members.columns]\nwho = \"text\"\n[schemas.b.tables.t]\nrow_security = true\n\
               [schemas.b.tables.t.columns]\ns = \"text\"\n[schemas.b.tables.t.policies.p]\nusing = \"exists (select from members)\"\n",
        ..PLAIN
    },
    Way {
        name: "a bare name of a sequence in a default",
        others: FOUND,
        trap: "create sequence public.counter",
        file: "[schemas.b.sequences.counter]\n[schemas.b.tables.t.columns]\ns = \"text\"\nn = { type = \"bigint\", default = \"nextval('counter')\" }\n",
        ..PLAIN
    },
    Way {
        name: "a bare name of a collation",
        others: FOUND,
        trap: "create collation public.c (locale = 'C')",
        file: "[schemas.b.tables.t.columns]\ns = { type = \"text\", collation = \"c\" }\n",
        ..PLAIN
    },
    Way {
        name: "a bare name of a collation that the file has too",
        others: FOUND,
        trap: "create collation public.c (locale = 'C')",
        file: "[schemas.b.collations.c]\nlc_collate = \"C\"\nlc_ctype = \"C\"\n[schemas.b.tables.t.columns]\ns = { type = \"text\", collation = \"c\" }\n",
        is_refused: false,
        ..PLAIN
    },
    Way {
        name: "an attribute of her type",
        hers: "create domain m.five as int check (value > 0)",
        others: "set role {tool}; create type pair as (a int)",
        trap: "alter domain m.five add check (m.p() > 0) not valid",
        file: "[composite_types]\npair = { attributes = { a = \"int\", b = \"m.five\" } }\n",
        ..PLAIN
    },
    Way {
        name: "a procedure that calls what is hers",
        others: "set role {tool}; create procedure pr() language sql as 'select 1'",
        file: "[procedures.\"pr()\"]\nbody = \"select m.p()\"\n",
        ..PLAIN
    },
    Way {
        name: "an operator class with a member of hers, and a key beside an index of it",
        hers: COMPARE,
        others: "{class}; set role {tool}; create table a (id int, n int); create index i on a (n k)",
        trap: COMPARE_TRAP,
        file: "[operator_classes.k]\ntype = \"int\"\nas = [\"operator 1 <\", \"operator 2 <=\", \"operator 3 =\", \"operator 4 >=\", \
               \"operator 5 >\", \"function 1 m.compare(int, int)\"]\n\
               [tables.a.columns]\nid = \"int\"\nn = \"int\"\n[tables.a.indexes]\ni = [\"n k\"]\n[tables.a.unique]\nu = [\"id\"]\n",
        ..PLAIN
    },
    Way {
        name: "a bare name of a type of a column",
        others: FOUND,
        trap: "create type public.status as enum ('new')",
        file: "[schemas.b.enums]\nstatus = [\"new\"]\n[schemas.b.tables.t.columns]\ns = \"text\"\nn = \"status\"\n",
        ..PLAIN
    },
];

/// What is written into `a` is written into `audit` too, on which she may make triggers.
const WRITTEN: &str = "grant usage on schema public to {mallory}; set role {tool}; create table audit (n int); \
     grant trigger on audit to {mallory}; create table a (id int primary key); insert into a values (1); \
     create rule r as on update to a do also insert into audit values (1)";
const TRIGGER: &str = "create function m.tg() returns trigger language plpgsql as 'begin perform m.p(); return new; end'; \
     create trigger tg before insert on public.audit for each row execute function m.tg()";
const FILLED: &str = "[tables.a.columns]\nid = { type = \"int\", primary_key = true }\n\
     n = { type = \"int\", not_null = true, backfill = \"1\" }\n";

/// Her role may make what she likes in `public`, where the file has a table.
const FOUND: &str = "grant create, usage on schema public to {mallory}; set role {tool}; create schema b; \
     create table here (id int); create table b.members (who text); create table b.t (s text)";

/// What a look, and a run, may ask of the file.
const COMMANDS: &[&[&str]] = &[
    &["plan", "--allow", "rewrite,narrow,block"],
    &["check"],
    &["status"],
    &["apply", "--dry-run", "--allow", "rewrite,narrow,block"],
    &["apply", "--allow", "rewrite,narrow,block"],
    &["inspect"],
];

fn attack(cluster: &Cluster, tool: Tool, way: &Way, what: &str, failures: &Failures) {
    if cluster.major() < way.since {
        return;
    }
    let db = cluster.database();
    let site = Site::new(&db, &tool.role(&db));
    site.as_mallory(way.hers);
    let others = way.others.replace("{class}", CLASS).replace("{tool}", &site.tool);
    let others = others.replace("{mallory}", &site.mallory).replace("{database}", db.name());
    db.execute(&format!("set search_path = public; {others}"));
    site.as_mallory(way.trap);
    let here = if way.others == FOUND { "[tables.here.columns]\nid = \"int\"\n" } else { "" };
    let file = format!("{here}{}", way.file);
    if !way.after.is_empty() {
        site.run(&file, &["apply"]);
        let known = site.run(&file, &["apply"]);
        if known.code != Some(0) {
            failures.add(what, format!("not even in sync: {}", known.stderr));
        }
        site.as_mallory(way.after);
    }
    for arguments in COMMANDS {
        let outcome = site.run(&file, arguments);
        if outcome.stderr.lines().chain(outcome.stdout.lines()).any(|line| line.starts_with("forged")) {
            failures.add(what, format!("{}: a line is forged: {}", arguments.join(" "), outcome.stderr));
        }
        let is_look = !matches!(arguments[0], "plan" | "apply");
        let named = outcome.code == Some(1)
            && (outcome.stderr.contains(&site.mallory) || outcome.stderr.contains("`lib.s`"));
        if way.is_refused && !is_look && !named {
            let said = outcome.stderr.lines().find(|line| line.starts_with("error")).unwrap_or_default();
            failures.add(what, format!("{}: {:?}: {said}", arguments.join(" "), outcome.code));
        }
        failures.extend(
            what,
            site.told_by_the_log().into_iter().map(|told| format!("{}: {told}", arguments.join(" "))),
        );
    }
    failures.extend(what, site.gained());
}

/// The files of all ways.
pub fn files() -> impl Iterator<Item = &'static str> {
    WAYS.iter().map(|way| way.file)
}

#[test]
fn what_is_hidden_behind_others_is_not_run() {
    against_tools(
        &[Tool::Superuser, Tool::Owner],
        WAYS.len(),
        |cluster, tool, way, what, failures| attack(cluster, tool, &WAYS[way], what, failures),
        |way| WAYS[way].name.to_owned(),
    );
}
