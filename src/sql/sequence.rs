//! What an ALTER SEQUENCE must do about the next number.

use super::quote::{dollar_tag, literal};

/// What makes the next number one of those that a sequence can give under its new bounds.
#[derive(Debug, Default)]
pub struct Next {
    /// A statement to be executed before the bounds change.
    pub before: Option<String>,
    /// What is added to the ALTER SEQUENCE.
    pub restart: String,
}

/// The least and the greatest number.
type Bounds = (i64, i64);

/// The server refuses bounds that the number to which a sequence has come is out of. That one is data, which nobody has
/// looked at: it is moved to the first one if it has not come to the bounds yet. What is past them is for a person.
pub fn next_number(sequence: &str, turned: bool, down: bool, from: Bounds, to: Bounds, first: i64) -> Next {
    let (ahead, beyond) = if down { (to.1 < from.1, to.1 < from.0) } else { (to.0 > from.0, to.0 > from.1) };
    if !ahead || turned && !beyond {
        return Next::default();
    }
    if beyond {
        return Next { before: None, restart: format!(" RESTART WITH {first}") };
    }
    let (name, first) = (literal(sequence), first.clamp(from.0, from.1));
    let (out, bound) = if down { (">", to.1) } else { ("<", to.0) };
    let before = format!(
        "SELECT pg_catalog.setval({name}, {first}, false) FROM {sequence} \
         WHERE last_value OPERATOR(pg_catalog.{out}) {bound}"
    );
    Next { before: Some(before), restart: String::new() }
}

/// Moves the sequence from which `column` of `table` takes its numbers on past `values`, an array as SQL: never back, only
/// where it could still give one of them, and from there in its own steps. What it finds by itself: the sequence of an
/// identity, or of a default that is nothing but its next number. Its owner keeps others from taking numbers until the end
/// of the transaction, because what is looked at and what is set would be two moments else.
pub fn move_past(table: &str, column: &str, values: &str) -> String {
    let (table, column) = (literal(table), literal(column));
    let code = format!(
        "DECLARE pgr_values pg_catalog.numeric[] := {values}; pgr_path pg_catalog.text := pg_catalog.current_setting('search_path'); \
         pgr_sequence pg_catalog.record; pgr_next pg_catalog.int8; \
         BEGIN PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true); \
         FOR pgr_sequence IN SELECT q.*, format('%I.%I', n.nspname, c.relname) AS name, pg_has_role(c.relowner, 'USAGE') AS own \
         FROM pg_attribute a CROSS JOIN LATERAL (\
         SELECT d.objid AS oid FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass \
         AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype = 'i' \
         UNION SELECT d.refobjid FROM pg_attrdef f JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid \
         WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum AND d.refclassid = 'pg_class'::regclass \
         AND pg_get_expr(f.adbin, f.adrelid) = format('nextval(%L::regclass)', d.refobjid::regclass)) s \
         JOIN pg_sequence q ON q.seqrelid = s.oid JOIN pg_class c ON c.oid = s.oid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE a.attrelid IN ({table}::regclass, pg_partition_root({table})) AND a.attname = {column} LOOP \
         FOR pgr_look IN 1..2 LOOP \
         EXECUTE format('SELECT CASE WHEN $2 > 0 THEN max(free) ELSE min(free) END \
         FROM (SELECT next + step * (floor((value - next) / step) + 1) AS free \
         FROM (SELECT CASE WHEN is_called THEN last_value + $2::numeric ELSE last_value END AS next, $2::numeric AS step FROM %s) s, unnest($1) value \
         WHERE CASE WHEN step > 0 THEN value >= next ELSE value <= next END) f \
         WHERE free BETWEEN $3 AND $4', pgr_sequence.name) INTO pgr_next \
         USING pgr_values, pgr_sequence.seqincrement, pgr_sequence.seqmin, pgr_sequence.seqmax; \
         EXIT WHEN pgr_next IS NULL OR pgr_look = 2 OR NOT pgr_sequence.own; \
         EXECUTE format('ALTER SEQUENCE %s INCREMENT BY %s', pgr_sequence.name, pgr_sequence.seqincrement); END LOOP; \
         PERFORM setval(pgr_sequence.seqrelid, pgr_next, false) WHERE pgr_next IS NOT NULL; END LOOP; \
         PERFORM set_config('search_path', pgr_path, true); END "
    );
    let tag = dollar_tag(&code);
    format!("DO {tag}{code}{tag}")
}
