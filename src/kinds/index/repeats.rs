//! The question which rows a unique index does not let be.

use super::{Body, is_name};
use crate::kind::bare;
use crate::model::Address;
use crate::sql::{dollar_tag, literal};
use crate::statement::{Preflight, repeating};

const HINT: &str =
    "correct those rows; `keep` beside a unique constraint or a primary key says which row survives";

/// The question, for a unique index.
pub fn repeats(at: &Address, desired: &Body) -> Option<Preflight> {
    let relation = at.host("table").relation();
    let keys = desired.definition.keys();
    let simple = keys.iter().all(|key| bare(key) != *key || is_name(key));
    let direct = || {
        let keys = keys.join(", ");
        let from = desired.definition.told_apart(&relation, &keys);
        Preflight::repeating(&keys, &from, at.name(), HINT.to_string())
    };
    let asked = || match simple {
        true => direct(),
        false => by_a_copy(desired, &relation, direct()),
    };
    desired.unique.then(asked)
}

/// A key may be more than an expression: it may have an order, or an operator class. What of it is the expression, the server
/// tells of the same index on an empty copy of the table, which is taken back. A loop over it takes one query and no more.
fn by_a_copy(desired: &Body, relation: &str, asked: Preflight) -> Preflight {
    let place = dollar_tag(&desired.definition.told_apart(relation, ""));
    let query = repeating(&place, &desired.definition.told_apart(relation, &place));
    let (query, place) = (literal(&query), literal(&place));
    let code = format!(
        " DECLARE keys text; n text; few text; BEGIN \
         SELECT pg_catalog.string_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, false), ', ' ORDER BY k) INTO keys \
         FROM pg_catalog.pg_index i, pg_catalog.generate_series(1, i.indnkeyatts::pg_catalog.int4) k \
         WHERE i.indexrelid OPERATOR(pg_catalog.=) 'pg_temp.pgr_keys_index'::pg_catalog.regclass; \
         FOR n, few IN EXECUTE pg_catalog.replace({query}, {place}, keys) LOOP \
         PERFORM pg_catalog.set_config('pgreconcile.repeats', n, true); \
         PERFORM pg_catalog.set_config('pgreconcile.few', coalesce(few, ''), true); END LOOP; END "
    );
    let tag = dollar_tag(&code);
    Preflight {
        before: vec![
            format!("CREATE TEMP TABLE pgr_keys (LIKE {relation})"),
            format!("CREATE INDEX pgr_keys_index ON pg_temp.pgr_keys {}", desired.definition.sql()),
            format!("DO {tag}{code}{tag}"),
        ],
        query: "SELECT pg_catalog.current_setting('pgreconcile.repeats'), pg_catalog.current_setting('pgreconcile.few')"
            .to_string(),
        ..asked
    }
}
