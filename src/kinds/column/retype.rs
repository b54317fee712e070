//! `ALTER COLUMN … TYPE`.

use super::{Body, DOC, change, heirs, misfit, steps, with_collation};
use crate::delta::{Alteration, Change, Obstacle};
use crate::equality;
use crate::kind::Cx;
use crate::model::{Address, Entry};
use crate::pg::Feature;
use crate::sql::{COLUMNS_FIRST, Form, Phrase, dollar_tag, ident, literal};
use crate::statement::{Preflight, Statement, Step};

/// Whether the type change must take the default off and put it back.
pub fn carries_default(desired: &Body, observed: &Body) -> bool {
    let converts = change::converts_by_itself(observed.data_type.spelled(), desired.data_type.spelled());
    !converts && observed.default.is_some()
}

/// Compares type and collation; whether they differ.
pub fn compare(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) -> bool {
    if observed.data_type == desired.data_type && observed.collation == desired.collation {
        return false;
    }
    let (from, to) = (Some(with_collation(observed)), Some(with_collation(desired)));
    let change = Change { attribute: "type", from, to };
    let with_parent = observed.inherited.is_some() && heirs::is_retyped_with_parent(at, desired, cx);
    let step = (!with_parent).then(|| retype(at, desired, observed, cx));
    if let Some(obstacle) = step.as_ref().and_then(|_| obstacle(at, desired, observed, cx)) {
        out.obstacle(change, obstacle);
    } else {
        out.note(change, step.into_iter().collect());
    }
    let again = desired.keeping.after_retype(at, &observed.keeping, desired.data_type.spelled(), cx);
    out.steps.extend(again.into_iter().map(Step::from));
    out.disturbs();
    heirs::children(at, cx).into_iter().for_each(|child| out.disturbs_at(child));
    let computed = |entry: &&Entry| entry.needs.contains(at);
    let siblings = cx.observed.model.inside(DOC.name, &at.path()[..2]);
    siblings.filter(computed).for_each(|entry| out.takes_along(entry.address.clone()));
    true
}

/// Why the values of a column that is to have another type cannot be converted without a word of the file: between times that
/// say their zone and what does not, the session's own decides, which is not the database's.
fn obstacle(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>) -> Option<Obstacle> {
    let types = types(observed, desired);
    let was = observed.base_type.as_deref().unwrap_or(types[0]);
    let base = equality::base_type(at, cx);
    let [from, to] = [was, base.as_deref().unwrap_or(types[1])].map(says_its_zone);
    let holds_rows = cx.observed.tables.get(&at.host("table")).is_some_and(|facts| facts.bytes > 0);
    let is_said = desired.using.is_some() || desired.generated.is_some() || steps::is_foreign(at, cx);
    if from == to || is_said || !holds_rows || cx.server.is_in_utc() {
        return None;
    }
    let zone = &cx.server.time_zone;
    Some(Obstacle {
        message: format!(
            "from `{}` to `{}`, the values of `{at}` depend on a time zone: that of the database is `{zone}`, that of \
             pgreconcile UTC",
            types[0], types[1]
        ),
        hint: format!(
            "say the zone that is meant: `using = \"{} AT TIME ZONE {}\"`",
            ident(at.name()).replace('"', "\\\""),
            literal(zone)
        ),
        span: desired.span,
    })
}

/// Whether values of the type, as the server or the file spells it, are instants.
fn says_its_zone(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_prefix("pg_catalog.").unwrap_or(&name);
    let is_short = name.starts_with("timestamptz") || name.starts_with("timetz");
    is_short || name.starts_with("time") && name.contains(" with time zone")
}

/// `ALTER COLUMN … TYPE`.
fn retype(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>) -> Step {
    let (from, to) = (observed.data_type.spelled(), desired.data_type.spelled());
    let is_foreign = steps::is_foreign(at, cx);
    let form = match from == to {
        _ if is_foreign => Form::AlterTable,
        true => Form::AlterTypeRewrite,
        false => change::form(from, to),
    };
    let column = ident(at.name());
    let carries = carries_default(desired, observed);
    let mut rest = Phrase::new();
    if carries {
        rest = rest.raw(format!(" ALTER COLUMN {column} DROP DEFAULT,"));
    }
    rest = rest.raw(format!(" ALTER COLUMN {column} TYPE ")).fragment(&desired.data_type);
    rest = rest
        .with(desired.collation.as_ref(), |sql, collation| sql.raw(" COLLATE ").fragment(collation.sql()));
    rest = match &desired.using {
        // What is computed is computed anew, and assigned.
        _ if is_foreign || desired.generated.is_some() => rest,
        Some(using) => rest.raw(" USING (").fragment(using).raw(")"),
        None if change::converts_by_itself(from, to) => rest,
        None => rest
            .raw(format!(" USING {column}{}::", detour(desired, observed, cx)))
            .fragment(&desired.data_type),
    };
    if let (true, Some(default)) = (carries, &desired.default) {
        rest = rest.raw(format!(", ALTER COLUMN {column} SET DEFAULT ")).fragment(default);
    }
    let whole = desired.using.is_none() && form != Form::AlterTypeNarrow;
    let joins = whole.then(|| rest.clone());
    let preflight =
        (form == Form::AlterTypeNarrow && may_fail(desired)).then(|| misfits(at, desired, observed, cx));
    Step::from(Statement { joins, ..steps::alter_table(at, form, rest) }).preflight(preflight)
}

/// What stands between a value and its cast: from enum to enum, or from a list of the one to a list of the other, there is none
/// but by the labels.
fn detour(desired: &Body, observed: &Body, cx: &Cx<'_>) -> &'static str {
    let enumeration = |body: &Body| steps::of_kind("enum", body.data_type.text().trim_end_matches("[]"), cx);
    let (Some(from), Some(to)) = (enumeration(observed), enumeration(desired)) else { return "" };
    // A cast that somebody made says otherwise; one of an enum is that of lists of it.
    let is_made = |entry: &Entry| {
        entry.address.kind == "cast"
            && !entry.absent
            && entry.needs.contains(from)
            && entry.needs.contains(to)
    };
    let made = cx.desired.iter().chain(cx.observed.model.iter()).any(is_made);
    if made { "" } else { "::pg_catalog.text" }
}

/// Whether a value may have no counterpart in the new type: anything is a text.
fn may_fail(desired: &Body) -> bool {
    desired.using.is_some() || !matches!(desired.data_type.spelled(), "text" | "character varying")
}

/// Rows whose value the new type has no counterpart for.
fn misfits(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>) -> Preflight {
    let value = format!("t.{}", ident(at.name()));
    let asks_input = cx.server.has(Feature::InputIsValid);
    let known = desired.using.is_none().then(|| misfit::misfit(&value, types(observed, desired), asks_input));
    let known = known.flatten();
    let condition = known.as_deref().unwrap_or("NOT pg_temp.pgr_fits(t)");
    let counting = Preflight::of_rows(
        &at.relation(),
        condition,
        format!("rows whose `{}` does not fit the type `{}`", at.name(), desired.data_type.text()),
        format!("correct those rows, or say `using = \"…\"` on column `{}`", at.name()),
    );
    match known {
        Some(_) => counting,
        None => Preflight { before: fits(at, desired, observed, cx), ..counting },
    }
}

/// The types of a column, before and after.
fn types<'b>(observed: &'b Body, desired: &'b Body) -> [&'b str; 2] {
    [observed.data_type.spelled(), desired.data_type.spelled()]
}

/// Makes a function that converts a row's value as ALTER TABLE does: by an assignment in PL/pgSQL. An explicit cast would cut
/// what is too long.
fn fits(at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>) -> Vec<String> {
    let (data_type, relation) = (desired.data_type.text(), at.relation());
    let column = ident(at.name());
    let value = match &desired.using {
        Some(using) => using.text().to_string(),
        None if change::converts_by_itself(observed.data_type.spelled(), desired.data_type.spelled()) => {
            column
        }
        None => format!("{column}{}::{data_type}", detour(desired, observed, cx)),
    };
    let body = format!(
        "{COLUMNS_FIRST}DECLARE pgr_value {data_type}; BEGIN SELECT {value} INTO pgr_value FROM (SELECT (pgr_row).*) {}; \
         RETURN true; \
         EXCEPTION WHEN data_exception OR integrity_constraint_violation OR raise_exception THEN RETURN false; END",
        ident(&at.path()[1])
    );
    let tag = dollar_tag(&body);
    // Casts and checks of domains are those of others where the table is.
    let owner = cx.observed.tables.get(&at.host("table")).and_then(|facts| facts.owner.as_deref());
    let (definer, given) = match owner {
        Some(owner) => (
            " SECURITY DEFINER SET search_path FROM CURRENT",
            Some(format!("ALTER FUNCTION pg_temp.pgr_fits({relation}) OWNER TO {}", ident(owner))),
        ),
        None => ("", None),
    };
    let made = format!(
        "CREATE FUNCTION pg_temp.pgr_fits(pgr_row {relation}) RETURNS boolean LANGUAGE plpgsql{definer} \
         AS {tag}{body}{tag}"
    );
    [made].into_iter().chain(given).collect()
}
