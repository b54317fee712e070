//! Doing as the owner of a table what runs the triggers, checks, policies and casts of that table. Whoever is `SET ROLE`
//! can `RESET ROLE`; out of a function that belongs to the owner and is SECURITY DEFINER nobody comes.

use super::{Phrase, dollar_tag, ident, literal};

/// A statement that is done as the owner of its table.
pub struct AsOwner<'a> {
    /// The owner.
    pub owner: &'a str,
    /// The types of the parameters of the function, as SQL.
    pub parameters: &'a str,
    /// What the function returns, as SQL.
    pub returns: &'a str,
    /// What comes before and after the call of the function, in the statement that calls it as ourselves.
    pub around: (Phrase, Phrase),
}

/// What a function in PL/pgSQL begins with. It has variables of its own, `found` among them, as a table may have columns.
const BEGINNING: &str = "#variable_conflict use_column\nDECLARE pgr_count bigint; BEGIN ";

/// The name of the function.
const FUNCTION: &str = "pg_temp.pgr_as_owner";

impl AsOwner<'_> {
    /// `body` as the owner. The function reads it under the `search_path` that is set now, and is gone afterwards. Rows
    /// that the owner may not see are an error there.
    pub fn run(&self, body: &Phrase) -> Phrase {
        let tag = dollar_tag(body.text());
        self.opening("sql", &tag).phrase(body).phrase(&self.closing(&tag))
    }

    /// The same of a statement with a number in it: what comes before that and after it. The function, which returns
    /// `SETOF integer`, gives a row for each that was changed: not by RETURNING, which a table with rules may refuse.
    pub fn run_counted(&self, (before, after): (&Phrase, &Phrase)) -> (Phrase, Phrase) {
        let tag = dollar_tag(&format!("{}0{}", before.text(), after.text()));
        let begun = self.opening("plpgsql", &tag).raw(BEGINNING).phrase(before);
        let counted = after.clone().raw(
            "; GET DIAGNOSTICS pgr_count = ROW_COUNT; \
             RETURN QUERY SELECT 1 FROM pg_catalog.generate_series(1, pgr_count); END",
        );
        (begun, counted.phrase(&self.closing(&tag)))
    }

    fn opening(&self, language: &str, tag: &str) -> Phrase {
        let AsOwner { parameters, returns, .. } = self;
        Phrase::from(format!(
            "CREATE FUNCTION {FUNCTION}({parameters}) RETURNS {returns} LANGUAGE {language} "
        ))
        .raw(format!("SECURITY DEFINER SET search_path FROM CURRENT SET row_security = off AS {tag}"))
    }

    fn closing(&self, tag: &str) -> Phrase {
        let AsOwner { owner, parameters, around: (before, after), .. } = self;
        let signature = format!("{FUNCTION}({parameters})");
        Phrase::from(format!("{tag}; ALTER FUNCTION {signature} OWNER TO {}; ", ident(owner)))
            .phrase(before)
            .raw(FUNCTION)
            .phrase(after)
            .raw(format!("; DROP FUNCTION {signature}; "))
            .raw(leave_nothing())
    }
}

/// What follows code of somebody else in a transaction of ours: a cursor WITH HOLD would be filled at COMMIT, as ourselves.
pub fn leave_nothing() -> String {
    format!("CLOSE ALL; {}", nothing_deferred())
}

/// Fails where a trigger could be waiting for COMMIT that is not that of somebody who may do everything anyway, and names it.
/// Before 18 it would run as ourselves; since then, what it leaves behind for the end of the transaction would. Nobody can
/// ask whether one waits.
fn nothing_deferred() -> String {
    let refusal = literal(
        "it would run with the rights of this run at COMMIT, so nothing is done here as the owner of a table; drop it, or \
         run as the owner: deferrable trigger ",
    );
    format!(
        "SELECT WHERE coalesce((SELECT {refusal} OPERATOR(pg_catalog.||) pg_catalog.format('%I on %s, which belongs to %I', g.tgname, \
         g.tgrelid::pg_catalog.regclass, o.rolname) FROM pg_catalog.pg_trigger g \
         JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) g.tgrelid \
         JOIN pg_catalog.pg_roles o ON o.oid OPERATOR(pg_catalog.=) c.relowner \
         WHERE g.tgdeferrable AND NOT g.tgisinternal AND NOT o.rolsuper \
         AND o.rolname OPERATOR(pg_catalog.<>) CURRENT_USER ORDER BY g.oid LIMIT 1), 'off')::pg_catalog.bool"
    )
}
