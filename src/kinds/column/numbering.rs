//! What numbers a column: an identity, or the sequence of a serial one.

use super::numbers::{Numbers, Sequence};
use super::{Body, Identity, steps};
use crate::delta::{Alteration, Change, Show};
use crate::kind::Cx;
use crate::model::Address;
use crate::sql::{Form, Phrase, auto_name, ident, literal, qualified};
use crate::statement::{Statement, Step};

/// Whether it is a type that a sequence gives numbers of, as it may be written (PostgreSQL manual, 8.1.1).
pub fn is_whole(text: &str) -> bool {
    let name = text.trim().to_ascii_lowercase();
    let name = name.strip_prefix("pg_catalog.").unwrap_or(&name).trim_matches('"');
    matches!(name, "smallint" | "integer" | "bigint" | "int" | "int2" | "int4" | "int8")
}

/// The integer type that a serial type stands for (PostgreSQL manual, 8.1.4).
pub fn serial(text: &str) -> Option<&'static str> {
    match text.trim().to_lowercase().as_str() {
        "smallserial" | "serial2" => Some("smallint"),
        "serial" | "serial4" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        _ => None,
    }
}

/// The serial type of a column whose default is the next value of its sequence.
pub fn serial_type(body: &Body) -> &'static str {
    match body.data_type.text() {
        "smallint" => "smallserial",
        "bigint" => "bigserial",
        _ => "serial",
    }
}

/// Takes away what numbers the column and is not to: before its type, which need not be a number then, and its NOT
/// NULL, without which there is no identity.
pub fn compare_going(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
    if observed.serial && !desired.serial {
        out.note(change_of_serial(desired, observed), drop_serial(at, observed, cx));
    }
    if observed.identity.is_some() && desired.identity.is_none() {
        out.attribute("identity", &observed.identity, &desired.identity, || {
            vec![steps::alter(at, Form::AlterTable, Phrase::from(" DROP IDENTITY"))]
        });
    }
}

/// Makes it a serial column, once it has its type.
pub fn compare_serial(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
    if desired.serial && !observed.serial {
        let steps = match kept(desired, observed) {
            Some(sequence) => vec![take_numbers_from(at, &sequence.name())],
            None if stands_alone(at, desired, cx) => take_over(at, desired),
            None => make_serial(at, desired),
        };
        out.note(change_of_serial(desired, observed), steps);
    }
}

/// Makes it an identity column, or another sort of one; it is NOT NULL by now.
pub fn compare_identity(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
    let Some(to) = desired.identity else { return };
    // What its default took numbers from until now belongs to it, and would be taken for its sequence.
    let former = observed.sequence.as_ref().filter(|_| !observed.serial && observed.identity.is_none());
    let former = former.filter(|sequence| !cx.desired.contains(&sequence.address()));
    let former = former.map(|sequence| drop_sequence(at, sequence));
    out.attribute("identity", &observed.identity, &desired.identity, || match observed.identity {
        Some(_) => {
            vec![steps::alter(at, Form::AlterTable, Phrase::from(format!(" SET GENERATED {}", to.words())))]
        }
        None => former.into_iter().chain(make_identity(at, to, &desired.numbers)).collect(),
    });
}

/// Compares its sequence with what the file says of that, unless it has been made just now.
pub fn compare_numbers(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
    let Some(sequence) = kept(desired, observed) else { return };
    let of_column = desired.data_type.spelled().to_string();
    // The sequence of an identity column follows the type of the column.
    let follows = desired.identity.is_some() && observed.data_type != desired.data_type;
    let there = if follows { of_column.clone() } else { sequence.data_type.clone() };
    let wanted = desired.numbers.data_type.map_or(of_column, str::to_string);
    out.attribute("sequence", &there, &wanted, || vec![sequence.retype(at, &wanted)]);
    desired.numbers.compare(at, sequence, cx.prunes(), out);
}

/// The sequence that is there and goes on numbering the column.
fn kept<'o>(desired: &Body, observed: &'o Body) -> Option<&'o Sequence> {
    let stays = match desired.identity {
        Some(_) => observed.identity.is_some(),
        None => desired.serial && observed.identity.is_none(),
    };
    observed.sequence.as_ref().filter(|_| stays)
}

fn change_of_serial(desired: &Body, observed: &Body) -> Change {
    Change { attribute: "serial", from: observed.serial.show(), to: desired.serial.show() }
}

fn make_identity(at: &Address, to: Identity, numbers: &Numbers) -> Vec<Step> {
    let options = numbers.clause(at.schema());
    let rest = format!(" ADD GENERATED {} AS IDENTITY{options}", to.words());
    vec![steps::alter(at, Form::AlterTable, rest.into()), advance(at, numbers).into()]
}

/// Lets go of the sequence of a serial column that the file declares as one of its own: it would go with the column.
pub fn release(at: &Address, observed: &Body, cx: &Cx<'_>) -> Option<Statement> {
    let sequence = observed.sequence.as_ref().filter(|_| observed.serial)?;
    cx.desired.get(&sequence.address()).filter(|entry| !entry.absent)?;
    let sql = format!("ALTER SEQUENCE {} OWNED BY NONE", sequence.name());
    Some(Statement::on(&at.host("table"), Form::AlterTable, sql))
}

fn drop_serial(at: &Address, observed: &Body, cx: &Cx<'_>) -> Vec<Step> {
    let drop_default = steps::alter(at, Form::AlterTable, steps::default_clause(None));
    let sequence = observed.sequence.as_ref().map(|sequence| match release(at, observed, cx) {
        Some(release) => release.into(),
        None => drop_sequence(at, sequence),
    });
    [drop_default].into_iter().chain(sequence).collect()
}

fn drop_sequence(at: &Address, sequence: &Sequence) -> Step {
    let sql = format!("DROP SEQUENCE {}", sequence.name());
    Statement::on(&at.host("table"), Form::ReplaceConstraint, sql).into()
}

fn make_serial(at: &Address, desired: &Body) -> Vec<Step> {
    let (table, numbers) = (at.host("table"), &desired.numbers);
    let sequence = auto_name(&at.path()[1], at.name(), "seq");
    let name = qualified(at.schema(), &sequence);
    let create = format!("CREATE SEQUENCE {name} AS {}", desired.data_type.text());
    let own = format!("ALTER SEQUENCE {name} OWNED BY {}.{}", at.relation(), ident(at.name()));
    let mut statements =
        vec![Statement::on(&table, Form::Create, create), Statement::on(&table, Form::AlterTable, own)];
    statements.extend(numbers.set(&table, at.schema(), &sequence));
    // Where it begins is known now.
    statements.push(advance(at, numbers));
    let named = numbers.name_in(at.schema()).unwrap_or(name);
    statements.into_iter().map(Step::from).chain([take_numbers_from(at, &named)]).collect()
}

/// The name that the sequence of a serial column has.
fn name_of(at: &Address, desired: &Body) -> String {
    desired.numbers.name().map_or_else(|| auto_name(&at.path()[1], at.name(), "seq"), str::to_string)
}

/// Whether the sequence is there already as one of its own, and is not to stay that.
fn stands_alone(at: &Address, desired: &Body, cx: &Cx<'_>) -> bool {
    let sequence = Address::new("sequence", [at.schema(), &name_of(at, desired)]);
    cx.observed.model.contains(&sequence) && cx.desired.get(&sequence).is_none_or(|entry| entry.absent)
}

/// Makes a sequence that stands alone that of the column, with the number that it has come to.
fn take_over(at: &Address, desired: &Body) -> Vec<Step> {
    let (table, name, column) =
        (at.host("table"), qualified(at.schema(), &name_of(at, desired)), ident(at.name()));
    let as_type = desired.data_type.text();
    let own = format!("ALTER SEQUENCE {name} AS {as_type} OWNED BY {}.{column}", at.relation());
    let (last, further) = if desired.numbers.down() { ("min", "<=") } else { ("max", ">=") };
    let advance = format!(
        "SELECT pg_catalog.setval({}, m.last) FROM {name} s, (SELECT pg_catalog.{last}({column}) AS last FROM {}) m \
         WHERE m.last OPERATOR(pg_catalog.{further}) s.last_value",
        literal(&name),
        at.relation()
    );
    let statements = [own, advance].map(|sql| Statement::on(&table, Form::AlterTable, sql).into());
    statements.into_iter().chain([take_numbers_from(at, &name)]).collect()
}

fn take_numbers_from(at: &Address, sequence: &str) -> Step {
    let default = Phrase::from(" SET DEFAULT pg_catalog.nextval(").literal(sequence).raw(")");
    steps::alter(at, Form::AlterTable, default)
}

/// Sets the column's sequence past the values that are there, if they have come to where it begins.
fn advance(at: &Address, numbers: &Numbers) -> Statement {
    let (name, column) = (at.relation(), ident(at.name()));
    let last = if numbers.down() {
        format!("pg_catalog.min({column})")
    } else {
        format!("pg_catalog.max({column})")
    };
    let sign = if numbers.down() { "<=" } else { ">=" };
    let sql = format!(
        "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence({}, {}), {last}) FROM {name} \
         HAVING {last} OPERATOR(pg_catalog.{sign}) {}",
        literal(&name),
        literal(at.name()),
        numbers.first()
    );
    Statement::on(&at.host("table"), Form::AlterTable, sql)
}
