//! What a change of type costs. Types are compared as the server spells them; a pair that is not known to be
//! harmless counts as one that can fail or lose (measured on 13 to 18).

use crate::sql::Form;

/// A type as the server spells it: name, modifiers, the rest (`timestamp(3) with time zone`).
pub struct Type<'t> {
    /// Without modifiers.
    pub name: String,
    /// As they stand between the brackets.
    pub modifiers: Vec<&'t str>,
}

/// Types that the server spells with the schema of the extension which brings them are known by their own name.
pub fn parse(text: &str) -> Type<'_> {
    let text = if text.ends_with(".citext") { "citext" } else { text };
    match (text.find('('), text.find(')')) {
        (Some(open), Some(close)) if open < close => Type {
            name: format!("{}{}", &text[..open], &text[close + 1..]),
            modifiers: text[open + 1..close].split(',').map(str::trim).collect(),
        },
        _ => Type { name: text.to_string(), modifiers: Vec::new() },
    }
}

/// The form of `ALTER COLUMN … TYPE` from one type to another.
pub fn form(from: &str, to: &str) -> Form {
    let (one, two) = (parse(from), parse(to));
    if relabels(&one, &two) {
        Form::AlterTypeRelabel
    } else if widens(&one, &two) {
        Form::AlterTypeRewrite
    } else {
        Form::AlterTypeNarrow
    }
}

/// Whether the server converts by an assignment cast, so that no `USING` is wanted.
pub fn converts_by_itself(from: &str, to: &str) -> bool {
    let (one, two) = (parse(from), parse(to));
    let text = |name: &str| matches!(name, "text" | "character varying" | "character" | "citext");
    relabels(&one, &two) || widens(&one, &two) || text(&two.name)
}

/// How values of a type are usually kept, where it is known to leave a choice.
pub fn usual_storage(data_type: &str) -> Option<&'static str> {
    match parse(data_type).name.as_str() {
        "numeric" | "inet" | "cidr" => Some("main"),
        "text" | "citext" | "character varying" | "character" | "bytea" | "json" | "jsonb" | "xml"
        | "bit" | "bit varying" | "tsvector" => Some("extended"),
        name => name.ends_with("[]").then_some("extended"),
    }
}

fn relabels(from: &Type<'_>, to: &Type<'_>) -> bool {
    let wider = |one: &[&str], two: &[&str]| match (one, two) {
        (_, []) => true,
        ([one], [two]) => number(one) <= number(two),
        _ => false,
    };
    match (from.name.as_str(), to.name.as_str()) {
        ("character varying", "character varying") => wider(&from.modifiers, &to.modifiers),
        ("character varying", "text" | "citext") | ("text", "citext") | ("citext", "text") => true,
        ("text", "character varying") => to.modifiers.is_empty(),
        ("numeric", "numeric") => match (from.modifiers.as_slice(), to.modifiers.as_slice()) {
            (_, []) => true,
            ([p, s], [q, t]) => s == t && number(p) <= number(q),
            _ => false,
        },
        ("cidr", "inet") => true,
        (one, two) if one == two && (one.starts_with("timestamp") || one.starts_with("time ")) => {
            wider(&from.modifiers, &to.modifiers)
        }
        ("bit varying", "bit varying") | ("interval", "interval") => wider(&from.modifiers, &to.modifiers),
        _ => false,
    }
}

fn widens(from: &Type<'_>, to: &Type<'_>) -> bool {
    let unmodified = to.modifiers.is_empty();
    matches!(
        (from.name.as_str(), to.name.as_str()),
        ("smallint", "integer" | "bigint" | "numeric" | "double precision" | "real")
            | ("integer", "bigint" | "numeric" | "double precision")
            | ("bigint", "numeric")
            | ("real", "double precision")
            | ("date", "timestamp without time zone" | "timestamp with time zone")
            | ("timestamp without time zone", "timestamp with time zone")
            | ("json", "jsonb")
            | ("uuid", "text" | "character varying")
    ) && unmodified
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_sorted_by_what_they_cost() {
        assert_eq!(form("character varying(10)", "character varying(20)"), Form::AlterTypeRelabel);
        assert_eq!(form("character varying(10)", "text"), Form::AlterTypeRelabel);
        assert_eq!(form("character varying(10)", "public.citext"), Form::AlterTypeRelabel);
        assert_eq!(form("numeric(10,2)", "numeric(12,2)"), Form::AlterTypeRelabel);
        assert_eq!(form("timestamp(3) with time zone", "timestamp with time zone"), Form::AlterTypeRelabel);
        assert_eq!(form("integer", "bigint"), Form::AlterTypeRewrite);
        assert_eq!(form("bigint", "integer"), Form::AlterTypeNarrow);
        assert_eq!(form("character varying(20)", "character varying(10)"), Form::AlterTypeNarrow);
        assert_eq!(form("numeric(10,2)", "numeric(12,4)"), Form::AlterTypeNarrow);
        assert_eq!(form("text", "integer"), Form::AlterTypeNarrow);
    }
}
