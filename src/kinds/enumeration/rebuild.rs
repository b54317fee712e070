//! Makes an enum type anew where labels go or change their order: PostgreSQL can do neither in place. Every column is
//! converted; views, policies and whatever else holds a column fast goes and comes back (`diff/dependents.rs`).

use super::{Body, create_type, name};
use crate::delta::{Alteration, Change, Obstacle, Show};
use crate::kind::{Cx, Row, Server};
use crate::model::Address;
use crate::needs;
use crate::sql::{Form, Phrase, auto_name, ident, literal, qualified};
use crate::statement::{Preflight, Statement, Step};
use std::collections::BTreeMap;

/// A column of the type, or of one that is made of it.
#[derive(Debug, Clone)]
pub struct Column {
    at: Address,
    /// Its type, or that of its elements.
    of: Address,
    is_array: bool,
    /// Of a composite type.
    is_row: bool,
    /// Of a foreign table.
    is_foreign: bool,
    default: Option<String>,
}

/// What is made of an enum type, as far as the catalog knows.
#[derive(Debug, Clone, Default)]
pub struct Users {
    /// Domains and composite types, each after those that it is made of itself.
    types: Vec<Address>,
    /// The columns of all these types.
    columns: Vec<Column>,
    /// Foreign keys of such columns.
    keys: Vec<Address>,
    /// One that belongs to a role that is not trusted, in the server's words: to change it would be to work with the rights of the
    /// run on what is somebody else's.
    stranger: Option<String>,
    /// Something else, in the server's words.
    other: Option<String>,
}

/// [`Users`] as the query gives them.
#[derive(Default, serde::Deserialize)]
struct Found {
    types: Option<Vec<[String; 3]>>,
    columns: Option<Vec<FoundColumn>>,
    keys: Option<Vec<[String; 3]>>,
    stranger: Option<String>,
    other: Option<String>,
}

type FoundColumn = ([String; 3], [String; 3], [bool; 3], Option<String>);

/// The users of the type `t`, as a column of the catalog query. What a type is made of, `pg_depend` knows.
pub fn query(server: &Server) -> String {
    let (kind, of) = (needs::kind_of_type("m"), needs::kind_of_type("y"));
    // By the index, row by row: the planner takes a sequential scan of each catalog for cheaper, and there are as many as
    // there are types.
    let both =
        "JOIN LATERAL (SELECT e.oid, e.typarray FROM pg_type e WHERE e.oid = s.oid OFFSET 0) e ON true";
    let made = "LATERAL (SELECT m.* FROM pg_type m WHERE m.oid = o.oid OFFSET 0) m";
    let users = "LATERAL (SELECT d.* FROM pg_depend d WHERE d.refclassid = 'pg_type'::regclass \
                 AND d.refobjid IN (e.oid, e.typarray) OFFSET 0) d";
    let (table, user) = (server.trusts("r.relowner"), server.trusts("m.typowner"));
    format!(
        "(WITH RECURSIVE s(oid, depth) AS (SELECT t.oid, 0 UNION SELECT u.oid, s.depth + 1 FROM s \
         {both} JOIN {users} ON true LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid \
         AND c.relkind = 'c' AND d.objsubid > 0 JOIN LATERAL (SELECT u.oid FROM pg_type u WHERE u.oid = CASE d.classid \
         WHEN 'pg_type'::regclass THEN d.objid ELSE c.reltype END AND u.typtype IN ('d', 'c') OFFSET 0) u ON true), \
         o AS (SELECT s.oid, e.typarray, max(s.depth) AS depth FROM s {both} GROUP BY 1, 2), \
         a AS (SELECT e.oid, a.attrelid, a.attnum, a.attname, a.atttypid <> e.oid AS is_array, a.attgenerated FROM o e \
         JOIN {users} ON d.classid = 'pg_class'::regclass JOIN LATERAL (SELECT a.* FROM pg_attribute a \
         WHERE a.attrelid = d.objid AND a.attnum = d.objsubid OFFSET 0) a ON a.atttypid = d.refobjid \
         WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount = 0) \
         SELECT json_build_object('types', (SELECT json_agg(ARRAY[{kind}, n.nspname, m.typname]::text[] ORDER BY o.depth, o.oid) \
         FROM o JOIN {made} ON true JOIN pg_namespace n ON n.oid = m.typnamespace WHERE o.depth > 0), \
         'columns', (SELECT json_agg(json_build_array(ARRAY[n.nspname, r.relname, a.attname]::text[], \
         ARRAY[{of}, yn.nspname, y.typname]::text[], ARRAY[a.is_array, y.typtype = 'c', r.relkind = 'f'], \
         CASE WHEN a.attgenerated = '' THEN pg_get_expr(f.adbin, f.adrelid) END) ORDER BY r.oid, a.attnum) FROM a \
         JOIN pg_class r ON r.oid = a.attrelid AND r.relkind IN ('r', 'p', 'f') JOIN pg_namespace n ON n.oid = r.relnamespace \
         JOIN pg_type y ON y.oid = a.oid JOIN pg_namespace yn ON yn.oid = y.typnamespace \
         LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum), \
         'keys', (SELECT json_agg(DISTINCT ARRAY[n.nspname, r.relname, k.conname]::text[]) FROM a JOIN pg_constraint k \
         ON k.conrelid = a.attrelid AND k.contype = 'f' AND k.conparentid = 0 AND a.attnum = ANY (k.conkey) \
         JOIN pg_class r ON r.oid = k.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace), \
         'stranger', (SELECT format('%s, which belongs to role `%s`', x.object, pg_get_userbyid(x.owner)) FROM (\
         SELECT pg_describe_object('pg_class'::regclass, r.oid, 0), r.relowner FROM a JOIN pg_class r ON r.oid = a.attrelid \
         AND r.relkind IN ('r', 'p', 'f') WHERE NOT {table} UNION SELECT pg_describe_object('pg_type'::regclass, m.oid, 0), \
         m.typowner FROM o JOIN {made} ON true WHERE o.depth > 0 AND NOT {user}) x(object, owner) \
         ORDER BY 1 LIMIT 1), 'other', (SELECT pg_describe_object(d.classid, d.objid, d.objsubid) FROM o e JOIN {users} ON true LEFT JOIN pg_class c \
         ON d.classid = 'pg_class'::regclass AND c.oid = d.objid WHERE d.deptype <> 'i' AND (c.relkind IN ('r', 'p') \
         AND d.objsubid = 0 OR d.classid = 'pg_opclass'::regclass OR d.classid = 'pg_type'::regclass \
         AND d.objid NOT IN (SELECT oid FROM o)) ORDER BY 1 LIMIT 1))) AS users"
    )
}

/// The users in a row of the catalog query.
pub fn users(row: &Row<'_>, server: &Server) -> Users {
    let found: Found = row.parsed("users");
    let address = |[kind, schema, name]: [String; 3]| Some(Address::new(server.kind(&kind)?, [schema, name]));
    let column = |(at, of, [is_array, is_row, is_foreign], default): FoundColumn| {
        Some(Column {
            at: Address::new("column", at),
            of: address(of)?,
            is_array,
            is_row,
            is_foreign,
            default,
        })
    };
    Users {
        types: found.types.into_iter().flatten().filter_map(address).collect(),
        columns: found.columns.into_iter().flatten().filter_map(column).collect(),
        keys: found.keys.into_iter().flatten().map(|key| Address::new("foreign key", key)).collect(),
        stranger: found.stranger,
        other: found.other,
    }
}

impl Users {
    /// Follows a rename.
    pub fn follow(&mut self, from: &Address, to: &Address) {
        let follow = |at: &mut Address| {
            let inside = matches!(from.kind, "schema") || from.kind == "table" && at.path().len() > 2;
            if inside || at == from {
                *at = at.moved(from, to, &|_| true);
            }
        };
        self.types.iter_mut().chain(&mut self.keys).for_each(follow);
        for Column { at, of, .. } in &mut self.columns {
            follow(at);
            follow(of);
        }
    }

    /// What is there only as long as the type converts it.
    pub fn uses(&self) -> Vec<Address> {
        self.columns.iter().flat_map(|column| [column.at.clone(), column.table()]).collect()
    }
}

impl Column {
    fn table(&self) -> Address {
        self.at.host("table")
    }
}

/// Makes the type anew with the labels of `desired`; `have` are those that the database has after all renames.
pub fn rebuild(
    at: &Address,
    desired: &Body,
    observed: &Body,
    have: &[String],
    cx: &Cx<'_>,
    out: &mut Alteration,
) {
    let want: Vec<String> = desired.labels.iter().map(|label| label.name.clone()).collect();
    let gone: Vec<String> = have.iter().filter(|label| !want.contains(label)).cloned().collect();
    let change = Change { attribute: "labels", from: have.to_vec().show(), to: want.show() };
    let Users { types, columns, keys, stranger, other } = &observed.users;
    if let Some(user) = stranger {
        return out.obstacle(change, of_a_stranger(at, user, desired));
    }
    let in_the_way = other.clone().or_else(|| types.iter().find(|of| cx.goes(of)).map(Address::to_string));
    if let Some(user) = in_the_way {
        return out.obstacle(change, in_use(at, &user, desired));
    }
    let mut before = std::mem::take(&mut out.steps);
    before.extend([at].into_iter().chain(types).flat_map(|of| aside(of, cx)));
    let mut steps = vec![create_type(at, desired).into()];
    for of in types {
        steps.extend(made_anew(of, cx));
        out.makes(of.clone());
    }
    keys.iter().for_each(|key| out.takes_along(key.clone()));
    let mut tables: BTreeMap<Address, Vec<&Column>> = BTreeMap::new();
    for column in columns {
        tables.entry(column.table()).or_default().push(column);
        out.disturbs_at(column.at.clone());
    }
    for (table, columns) in &tables {
        let is_foreign = columns.iter().any(|column| column.is_foreign);
        let form = match gone.is_empty() {
            _ if is_foreign => Form::AlterTable,
            true => Form::AlterTypeRewrite,
            false => Form::AlterTypeNarrow,
        };
        let statement = Statement::on(table, form, convert(table, columns, cx));
        let counted = |column: &&Column| !cx.goes(&column.at) && !column.is_row && !column.is_foreign;
        let staying: Vec<&Column> = columns.iter().copied().filter(counted).collect();
        let asks = !gone.is_empty() && !staying.is_empty();
        let question = asks.then(|| preflight(at, table, &staying, &gone));
        steps.push(Step::from(statement).preflight(question));
    }
    let olds = types.iter().rev().chain([at]);
    steps.extend(olds.map(|of| Statement::new(Form::ReplaceObject, format!("DROP TYPE {}", old(of))).into()));
    out.remade(change, before, steps);
}

/// What a type is called while the one that takes its place is being made.
fn interim(of: &Address) -> String {
    auto_name("pgreconcile", of.name(), "old")
}

fn old(of: &Address) -> String {
    qualified(of.schema(), &interim(of))
}

/// Makes way for a type of the same name. Servers from 17 on have a constraint for a domain's NOT NULL, whose name would
/// be taken.
fn aside(of: &Address, cx: &Cx<'_>) -> Vec<Step> {
    let rename = format!("ALTER TYPE {} RENAME TO {}", name(of), ident(&interim(of)));
    let mut steps = vec![Statement::new(Form::ReplaceObject, rename).into()];
    if cx.observed_attribute(of, "not_null").as_deref() == Some("yes") {
        let sql = format!("ALTER DOMAIN {} DROP NOT NULL", old(of));
        steps.push(Statement::new(Form::AlterDomain, sql).into());
    }
    steps
}

/// Makes a type that is made of the enum: as the file has it, else as it was.
fn made_anew(of: &Address, cx: &Cx<'_>) -> Vec<Step> {
    let kind = cx.registry.get(of.kind);
    let entry = cx.desired.get(of).or_else(|| cx.observed.model.get(of));
    kind.zip(entry).map(|(kind, entry)| kind.create(of, &*entry.body, cx)).unwrap_or_default()
}

/// `ALTER TABLE` that converts every column of the type; a default is taken off and set again.
fn convert(table: &Address, columns: &[&Column], cx: &Cx<'_>) -> Phrase {
    let mut parts: Vec<Phrase> = Vec::new();
    for Column { at: column, of, is_array, is_row: _, is_foreign, default } in columns {
        let alter = || Phrase::from("ALTER COLUMN ").ident(column.name());
        let (text, of) = match is_array {
            true => ("text[]", format!("{}[]", name(of))),
            false => ("text", name(of)),
        };
        parts.extend(default.as_ref().map(|_| alter().raw(" DROP DEFAULT")));
        // The column may hold a label that goes too.
        if cx.goes(column) {
            parts.push(alter().raw(format!(" TYPE {text}")));
            continue;
        }
        let using = format!(" USING {}::{text}::{of}", ident(column.name()));
        parts.push(alter().raw(format!(" TYPE {of}")).when(!is_foreign, &using));
        let declared = cx.desired.get(column).is_some_and(|entry| !entry.absent);
        let default = match declared {
            true => cx.attribute(column, "default"),
            false => default.clone(),
        };
        parts.extend(default.map(|default| alter().raw(format!(" SET DEFAULT {default}"))));
    }
    Phrase::from(format!("ALTER TABLE {} ", table.relation())).joined(&parts, ", ")
}

/// Counts the rows that hold a label that goes.
fn preflight(at: &Address, table: &Address, columns: &[&Column], gone: &[String]) -> Preflight {
    let list = gone.iter().map(|label| literal(label)).collect::<Vec<_>>().join(", ");
    let holds = |column: &&Column| match column.is_array {
        true => format!("{}::text[] OPERATOR(pg_catalog.&&) ARRAY[{list}]", ident(column.at.name())),
        false => format!("{}::text IN ({list})", ident(column.at.name())),
    };
    let condition = columns.iter().map(holds).collect::<Vec<_>>().join(" OR ");
    let labels = gone.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
    Preflight::of_rows(
        &table.relation(),
        &condition,
        format!("rows of `{table}` holding a label which `{at}` is to lose: {labels}"),
        "give those rows another label first; or rename the label with `{ name = \"…\", renamed_from = \"…\" }`".into(),
    )
    .reading([table.clone()])
}

fn of_a_stranger(at: &Address, user: &str, desired: &Body) -> Obstacle {
    Obstacle {
        message: format!("{user}, is made of `{at}`, whose labels go or stand in another order in the file"),
        hint: "what belongs to somebody who is not trusted is not changed: have its owner drop it, give it to another owner, or \
               vouch for the role: `owners = [\"…\"]` under `[reconcile]`"
            .to_string(),
        span: desired.span,
    }
}

fn in_use(at: &Address, user: &str, desired: &Body) -> Obstacle {
    Obstacle {
        message: format!("{user} is made of `{at}`, whose labels go or stand in another order in the file"),
        hint: "PostgreSQL can neither drop nor move a label, and only columns, domains and composite types can be made \
               anew; put the labels back, or rename one with `{ name = \"…\", renamed_from = \"…\" }`"
            .to_string(),
        span: desired.span,
    }
}
