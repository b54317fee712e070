//! The SQL of tables.

use super::{Body, Name, access};
use crate::kind::{Cx, Server, from_list};
use crate::model::{Address, Entry};
use crate::pg::Feature;
use crate::sql::{Form, Fragment, Phrase, dollar_tag, literal, qualified};
use crate::statement::{KEY_OF_ROW, Preflight, Statement, Step};

/// The statements that create the table; its columns and constraints are folded into the first.
pub fn create(at: &Address, body: &Body, cx: &Cx<'_>) -> Step {
    let mut rest: Vec<Statement> = body.of_type.iter().map(|of| of_type(at, of)).collect();
    rest.extend(body.toast().map(|words| Statement::alter(at, Form::AlterTableLight, words)));
    if body.row_security == Some(true) {
        rest.push(security(at, "ENABLE"));
    }
    if body.force_row_security == Some(true) {
        rest.push(security(at, "FORCE"));
    }
    let Some(parent) = &body.partition_of else {
        let sql = create_table(at, body).raw(" (");
        let inherits: Vec<String> = body.inherits.iter().map(Name::qualified).collect();
        let inherits =
            if inherits.is_empty() { String::new() } else { format!(" INHERITS ({})", inherits.join(", ")) };
        let close = Phrase::from(")").raw(inherits).phrase(&tail(body));
        let first = Statement::on(at, Form::CreateTable, sql).open(close);
        return Step::direct([vec![first], rest].concat());
    };
    let (parent, name) = (parent.address(), parent.qualified());
    let direct = create_table(at, body)
        .raw(format!(" PARTITION OF {name} "))
        .with(body.bounds.as_ref(), Phrase::fragment);
    let direct = Statement::on(&parent, Form::CreatePartition, direct.phrase(&tail(body)));
    let strays = strays(at, body, cx);
    if body.foreign.is_some() {
        return Step::direct([vec![direct], rest].concat()).preflight(strays);
    }
    // What is attached keeps nobody from the table meanwhile; what is created as a partition does.
    let alone = Body {
        access_method: body.access_method.clone().or_else(|| access::taken_over(body, cx)),
        ..body.clone()
    };
    let like = create_table(at, body).raw(format!(" (LIKE {name}{})", like(cx.server))).phrase(&tail(&alone));
    let online =
        vec![Statement::on(&parent, Form::CreateTable, like), attach(at, body, Form::AttachPartition)];
    Step::direct([vec![direct], rest.clone()].concat()).online([online, rest].concat()).preflight(strays)
}

/// Asks for rows of the default partition that belong into a new one, which the server does not move. What belongs
/// there, only the server can tell: of a copy that is taken back. A loop over what it says takes one query and no more.
fn strays(at: &Address, body: &Body, cx: &Cx<'_>) -> Option<Preflight> {
    let (parent, bounds) = (body.partition_of.as_ref()?, body.bounds.as_ref()?);
    let (default, there) = default_partition(at, parent, cx).filter(|_| !is_default(bounds))?;
    let rows = default.relation();
    let belongs = "pg_catalog.pg_get_partition_constraintdef('pg_temp.pgr_part'::regclass)";
    let count = literal(&format!(
        "SELECT pg_catalog.count(*)::text, coalesce((SELECT pg_catalog.string_agg(x, ', ') \
         FROM (SELECT {KEY_OF_ROW} AS x FROM %1$s t \
         WHERE %2$s LIMIT 5) few), '') FROM %1$s t WHERE %2$s"
    ));
    let code = format!(
        " DECLARE n text; few text; BEGIN FOR n, few IN EXECUTE pg_catalog.format({count}, {}, {belongs}) LOOP \
         PERFORM pg_catalog.set_config('pgreconcile.strays', n, true); PERFORM pg_catalog.set_config('pgreconcile.few', few, true); \
         END LOOP; END ",
        literal(&rows)
    );
    let tag = dollar_tag(&code);
    Some(Preflight {
        before: vec![
            format!(
                "CREATE TEMP TABLE pgr_whole (LIKE {}) PARTITION BY {}",
                parent.qualified(),
                there.parent_key
            ),
            format!("CREATE TEMP TABLE pgr_part PARTITION OF pg_temp.pgr_whole {bounds}"),
            format!("DO {tag}{code}{tag}"),
        ],
        query: "SELECT pg_catalog.current_setting('pgreconcile.strays'), pg_catalog.current_setting('pgreconcile.few')"
            .to_string(),
        showing_rows: None,
        reads: vec![default.clone()],
        rows: format!(
            "rows of the default partition `{}.{}` belonging into it",
            default.schema(),
            default.name()
        ),
        hint: format!(
            "move them out of `{}` first, in one transaction: detach it, create this partition, insert the rows anew, and \
             attach it again",
            default.name()
        ),
    })
}

fn create_table(at: &Address, body: &Body) -> Phrase {
    let word = match (body.unlogged, &body.foreign) {
        (true, _) => "CREATE UNLOGGED TABLE ",
        (_, Some(_)) => "CREATE FOREIGN TABLE ",
        _ => "CREATE TABLE ",
    };
    Phrase::from(word).raw(at.relation())
}

fn is_default(bounds: &Fragment) -> bool {
    bounds.text().trim().eq_ignore_ascii_case("default")
}

/// The default partition of `parent`, if it has one and it is not that at `at`.
fn default_partition<'c>(at: &Address, parent: &Name, cx: &Cx<'c>) -> Option<(&'c Address, &'c Body)> {
    cx.observed.model.inside(at.kind, &[]).find_map(|entry| {
        let there = (*entry.body).as_any().downcast_ref::<Body>()?;
        let of_parent = there.partition_of.as_ref() == Some(parent) && entry.address != *at;
        (of_parent && there.bounds.as_ref().is_some_and(is_default)).then_some((&entry.address, there))
    })
}

/// What a partition has from its table without being told, indexes and constraints on them aside.
fn like(server: &Server) -> &'static str {
    match server.has(Feature::StorageCompression) {
        true => {
            " INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION"
        }
        false => " INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE",
    }
}

/// What follows the columns.
fn tail(body: &Body) -> Phrase {
    Phrase::new()
        .with(body.partition_by.as_ref(), |sql, key| sql.raw(" PARTITION BY ").fragment(key))
        .with(body.access_method.as_ref(), |sql, method| sql.raw(" USING ").ident(method))
        .raw(body.heap().clause())
        .with(body.foreign.as_ref(), |sql, foreign| sql.phrase(&foreign.clause()))
}

/// `ATTACH PARTITION`.
pub fn attach(at: &Address, body: &Body, form: Form) -> Statement {
    let parent = body.partition_of.as_ref().map(Name::address).unwrap_or_else(|| at.clone());
    let rest = Phrase::from("ATTACH PARTITION ")
        .raw(at.relation())
        .raw(" ")
        .with(body.bounds.as_ref(), Phrase::fragment);
    Statement::alter(&parent, form, rest).also(at)
}

/// `DETACH PARTITION`.
pub fn detach(at: &Address, parent: &Name) -> Statement {
    let rest = format!("DETACH PARTITION {}", at.relation());
    Statement::alter(&parent.address(), Form::DetachPartition, rest).also(at)
}

/// Makes the parents what they are to be; what is a partition moves in one transaction.
pub fn move_partition(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>) -> Step {
    let away = observed.partition_of.as_ref().map(|parent| detach(at, parent));
    let mut statements: Vec<Statement> = away.into_iter().collect();
    if let Some(parent) = &desired.partition_of {
        let mut attach = attach(at, desired, Form::AttachTable);
        // The server reads that too: none of its rows may belong into the new one.
        let default = default_partition(at, parent, cx).map(|(default, _)| default);
        if let Some(default) = default.filter(|default| cx.observed.holds_rows(default)) {
            attach = attach.reading(default);
        }
        // In the group of the first, so that nobody sees the rows missing in between.
        if let Some(first) = statements.first().filter(|_| observed.partition_of.as_ref() != Some(parent)) {
            attach = Statement { table: first.table.clone(), ..attach };
        }
        statements.push(attach);
    }
    Step::direct(statements).preflight(strays(at, desired, cx))
}

/// Adds and takes away parents of plain inheritance.
pub fn inherit(at: &Address, desired: &[Name], observed: &[Name], cx: &Cx<'_>) -> Vec<Step> {
    let step = |word: &str, parent: &Name| {
        let rest = format!("{word} {}", parent.qualified());
        Step::from(Statement::alter(at, Form::AlterTable, rest).also(&parent.address()))
    };
    let gone =
        observed.iter().filter(|parent| !desired.contains(parent)).map(|parent| step("NO INHERIT", parent));
    let new = desired.iter().filter(|parent| !observed.contains(parent));
    let new = new.map(|parent| step("INHERIT", parent).after(taken_over(at, parent, cx)));
    gone.chain(new).collect()
}

/// What the table has to have of its own before the parent can be one of it, and what of the parent is to be like that: columns
/// that the parent is yet to get come down to it.
fn taken_over(at: &Address, parent: &Name, cx: &Cx<'_>) -> Vec<Address> {
    let parent = parent.address();
    let there = |entry: &&Entry| cx.observed.model.contains(&entry.address);
    let own = ["column", "check"].into_iter().flat_map(|kind| cx.desired.inside(kind, at.path()));
    let theirs = cx.desired.inside("column", parent.path()).filter(there);
    own.chain(theirs).filter(|entry| !entry.absent).map(|entry| entry.address.clone()).collect()
}

/// Makes it a table of a type.
pub fn of_type(at: &Address, of: &Name) -> Statement {
    Statement::alter(at, Form::AlterTable, format!("OF {}", of.qualified()))
}

/// A switch of row-level security.
pub fn security(at: &Address, word: &str) -> Statement {
    Statement::alter(at, Form::AlterTable, format!("{word} ROW LEVEL SECURITY"))
}

/// Lets go of the sequences of its serial columns that the file declares as their own: they would go with the table.
pub fn release_sequences(at: &Address, cx: &Cx<'_>) -> Vec<Statement> {
    let columns = cx.observed.model.inside("column", at.path());
    let sequences = columns.filter_map(|column| {
        let path = from_list(&cx.observed_attribute(&column.address, "sequence of serial")?);
        let sequence = Address::new("sequence", path);
        cx.desired.get(&sequence).filter(|entry| !entry.absent)?;
        let sql = format!("ALTER SEQUENCE {} OWNED BY NONE", qualified(sequence.schema(), sequence.name()));
        Some(Statement::on(at, Form::AlterTable, sql))
    });
    sequences.collect()
}
