//! The question which rows an exclusion constraint does not let be.

use crate::kind::{Cx, IndexDefinition};
use crate::model::Address;
use crate::partitions::is_partitioned;
use crate::sql::{dollar_tag, literal};
use crate::statement::Preflight;

/// Which two rows exclude each other only the server can tell, by the operators that it finds. So it gets the constraint on an empty
/// copy of the table, which then takes one row after the other, and leaves out each that excludes one before it. The copy holds
/// only the columns that the constraint looks at, and is taken back.
pub fn question(at: &Address, definition: &IndexDefinition, cx: &Cx<'_>) -> Preflight {
    let table = at.host("table");
    let relation = match is_partitioned(&table, cx) {
        true => table.relation(),
        false => format!("ONLY {}", table.relation()),
    };
    let copy = format!(
        "CREATE TEMP TABLE pgr_rows AS SELECT t.*, t.ctid AS pgr_row, t.tableoid AS pgr_of FROM {relation} t WITH NO DATA"
    );
    let constraint =
        format!("ALTER TABLE pg_temp.pgr_rows ADD CONSTRAINT pgr_rows_exclude {}", definition.sql().text());
    let condition = "NOT EXISTS (SELECT FROM pg_temp.pgr_rows k WHERE k.pgr_row OPERATOR(pg_catalog.=) t.ctid \
                     AND k.pgr_of OPERATOR(pg_catalog.=) t.tableoid)";
    let rows = format!("rows that others exclude by `{}`", at.name());
    let hint = "correct those rows, or say by `where` which rows it is about; `keep` is for keys: rows that exclude each other are \
                no group of which one stays";
    Preflight {
        before: vec![copy, constraint, fill(&relation)],
        ..Preflight::of_rows(&relation, condition, rows, hint.to_string())
    }
}

/// Fills the copy: the columns that its constraint, or the index of that, depends on.
fn fill(relation: &str) -> String {
    let rest = literal(&format!(" FROM {relation} t ON CONFLICT ON CONSTRAINT pgr_rows_exclude DO NOTHING"));
    let code = format!(
        " DECLARE there text; here text; BEGIN \
         SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', '), \
         pg_catalog.string_agg(CASE a.attname WHEN 'pgr_row' THEN 't.ctid' WHEN 'pgr_of' THEN 't.tableoid' \
         ELSE pg_catalog.concat('t.', pg_catalog.quote_ident(a.attname)) END, ', ') INTO there, here \
         FROM pg_catalog.pg_attribute a, pg_catalog.pg_constraint k \
         WHERE a.attrelid OPERATOR(pg_catalog.=) 'pg_temp.pgr_rows'::pg_catalog.regclass \
         AND k.conrelid OPERATOR(pg_catalog.=) a.attrelid AND k.conname OPERATOR(pg_catalog.=) 'pgr_rows_exclude' \
         AND (a.attname OPERATOR(pg_catalog.=) 'pgr_row' OR a.attname OPERATOR(pg_catalog.=) 'pgr_of' \
         OR EXISTS (SELECT FROM pg_catalog.pg_depend d \
         WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass \
         AND d.refobjid OPERATOR(pg_catalog.=) a.attrelid AND d.refobjsubid OPERATOR(pg_catalog.=) a.attnum \
         AND (d.objid OPERATOR(pg_catalog.=) k.oid OR d.objid OPERATOR(pg_catalog.=) k.conindid))); \
         EXECUTE pg_catalog.concat('INSERT INTO pg_temp.pgr_rows (', there, ') SELECT ', here, {rest}); END "
    );
    let tag = dollar_tag(&code);
    format!("DO {tag}{code}{tag}")
}
