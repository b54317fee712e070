//! Makes an enum type anew where labels go or change their order: PostgreSQL can do neither in place. Every column is
//! converted; views, policies and whatever else holds a column fast goes and comes back (`diff/dependents.rs`).

use super::{Body, create_type, name};
use crate::delta::{Alteration, Change, Obstacle, Show};
use crate::kind::{Cx, Row};
use crate::model::Address;
use crate::sql::{Form, Phrase, auto_name, ident, literal, qualified};
use crate::statement::{Preflight, Statement, Step};
use std::collections::BTreeMap;

/// A column of the type.
#[derive(Debug, Clone)]
pub struct Column {
    at: Address,
    is_array: bool,
    default: Option<String>,
}

/// What is of the type `t`, as columns of the catalog query: `columns`, which can be converted, and `user`, something
/// that cannot.
pub const USERS: &str = "(SELECT json_agg(json_build_array(rn.nspname, r.relname, a.attname, a.atttypid <> t.oid, \
     CASE WHEN a.attgenerated = '' THEN pg_get_expr(f.adbin, f.adrelid) END) ORDER BY r.oid, a.attnum) \
     FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace \
     LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum \
     WHERE a.atttypid IN (t.oid, t.typarray) AND NOT a.attisdropped AND r.relkind IN ('r', 'p') AND a.attinhcount = 0) \
     AS columns, (SELECT pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_depend d \
     LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid \
     WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray) AND d.deptype <> 'i' \
     AND (c.relkind IN ('c', 'f') OR d.classid IN ('pg_type'::regclass, 'pg_cast'::regclass, \
     'pg_operator'::regclass, 'pg_opclass'::regclass)) LIMIT 1) AS user";

/// The columns in a row of the catalog query.
pub fn columns(row: &Row<'_>) -> Vec<Column> {
    let found: Vec<(String, String, String, bool, Option<String>)> = row.parsed("columns");
    let column = |(schema, table, column, is_array, default)| Column {
        at: Address::new("column", [schema, table, column]),
        is_array,
        default,
    };
    found.into_iter().map(column).collect()
}

impl Column {
    /// Follows a rename.
    pub fn follow(&mut self, from: &Address, to: &Address) {
        if matches!(from.kind, "schema" | "table" | "column") {
            self.at = self.at.moved(from, to, &|_| true);
        }
    }

    /// Its address.
    pub fn address(&self) -> &Address {
        &self.at
    }

    /// Its table.
    pub fn table(&self) -> Address {
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
    if let Some(user) = &observed.user {
        return out.obstacle(change, in_use(at, user, desired));
    }
    let interim = auto_name("pgreconcile", at.name(), "old");
    let aside =
        Statement::new(Form::ReplaceObject, format!("ALTER TYPE {} RENAME TO {}", name(at), ident(&interim)));
    let mut before = std::mem::take(&mut out.steps);
    before.push(aside.into());
    let mut steps = vec![create_type(at, desired).into()];
    let mut tables: BTreeMap<Address, Vec<&Column>> = BTreeMap::new();
    for column in &observed.columns {
        tables.entry(column.table()).or_default().push(column);
        out.disturbs_at(column.at.clone());
    }
    for (table, columns) in &tables {
        let form = if gone.is_empty() { Form::AlterTypeRewrite } else { Form::AlterTypeNarrow };
        let statement = Statement::on(table, form, convert(at, table, columns, cx));
        let staying: Vec<&Column> = columns.iter().copied().filter(|column| !cx.goes(&column.at)).collect();
        let asks = !gone.is_empty() && !staying.is_empty();
        let question = asks.then(|| preflight(at, table, &staying, &gone));
        steps.push(Step::from(statement).preflight(question));
    }
    let away = format!("DROP TYPE {}", qualified(at.schema(), &interim));
    steps.push(Statement::new(Form::ReplaceObject, away).into());
    out.remade(change, before, steps);
}

/// `ALTER TABLE` that converts every column of the type; a default is taken off and set again.
fn convert(at: &Address, table: &Address, columns: &[&Column], cx: &Cx<'_>) -> Phrase {
    let mut parts: Vec<Phrase> = Vec::new();
    for Column { at: column, is_array, default } in columns {
        let alter = || Phrase::from("ALTER COLUMN ").ident(column.name());
        let (text, of) = match is_array {
            true => ("text[]", format!("{}[]", name(at))),
            false => ("text", name(at)),
        };
        parts.extend(default.as_ref().map(|_| alter().raw(" DROP DEFAULT")));
        // The column may hold a label that goes too.
        if cx.goes(column) {
            parts.push(alter().raw(format!(" TYPE {text}")));
            continue;
        }
        parts.push(alter().raw(format!(" TYPE {of} USING {}::{text}::{of}", ident(column.name()))));
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
        true => format!("{}::text[] && ARRAY[{list}]", ident(column.at.name())),
        false => format!("{}::text IN ({list})", ident(column.at.name())),
    };
    let condition = columns.iter().map(holds).collect::<Vec<_>>().join(" OR ");
    let from = format!("FROM {} t WHERE {condition}", table.relation());
    let labels = gone.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
    Preflight {
        before: String::new(),
        query: format!(
            "SELECT count(*), (SELECT string_agg(x, ', ') FROM (SELECT left(t::text, 80) AS x {from} LIMIT 5) few) {from}"
        ),
        rows: format!("rows of `{table}` that hold a label which `{at}` is to lose: {labels}"),
        hint: "give those rows another label first; or rename the label with \
               `{ name = \"…\", renamed_from = \"…\" }`"
            .to_string(),
    }
}

fn in_use(at: &Address, user: &str, desired: &Body) -> Obstacle {
    Obstacle {
        message: format!("{user} is made of `{at}`, whose labels go or stand in another order in the file"),
        hint: "PostgreSQL can neither drop nor move a label, and only what is a column can be converted; put the labels \
               back, or rename one with `{ name = \"…\", renamed_from = \"…\" }`"
            .to_string(),
        span: desired.span,
    }
}
