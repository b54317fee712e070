//! Doing as the owner of a table what runs the triggers, checks, policies and casts of that table. Whoever is `SET ROLE`
//! can `RESET ROLE`; out of a function that belongs to the owner and is SECURITY DEFINER nobody comes.

use super::{Phrase, dollar_tag, ident};

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

/// What a body in PL/pgSQL begins with: a column is meant where its name is that of a variable, too, `found` among them.
pub const COLUMNS_FIRST: &str = "#variable_conflict use_column ";

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
        let head = format!("{COLUMNS_FIRST}DECLARE pgr_count bigint; BEGIN ");
        let begun = self.opening("plpgsql", &tag).raw(head).phrase(before);
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
            .raw(format!("; DROP FUNCTION {signature}; {}; ", settle(owner)))
            .raw(leave_nothing())
    }
}

/// What follows code of somebody else in a transaction of ours: a cursor WITH HOLD would be filled at COMMIT, as ourselves.
pub fn leave_nothing() -> String {
    format!("CLOSE ALL; {}", nothing_waits())
}

/// From what could be waiting for COMMIT, and would run code of somebody else there: a constraint trigger, or an exclusion
/// constraint with its expressions, on a table to which this transaction has written, unless that is the table of `role` or
/// of a superuser. Foreign keys the server checks as the owners of their tables. The lock of who has written is held until
/// the transaction ends, whatever was called. Everything is qualified: the `search_path` may be that of somebody else.
fn what_could_wait(role: &str) -> String {
    format!(
        "FROM pg_catalog.pg_locks l \
         JOIN pg_catalog.pg_trigger g ON g.tgrelid OPERATOR(pg_catalog.=) l.relation AND g.tgdeferrable \
         JOIN pg_catalog.pg_constraint k ON k.oid OPERATOR(pg_catalog.=) g.tgconstraint \
         JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) g.tgrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace \
         JOIN pg_catalog.pg_roles o ON o.oid OPERATOR(pg_catalog.=) c.relowner \
         WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() \
         AND l.mode OPERATOR(pg_catalog.=) 'RowExclusiveLock' AND l.database OPERATOR(pg_catalog.=) \
         (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) \
         AND k.contype OPERATOR(pg_catalog.=) ANY ('{{t,x}}') \
         AND NOT o.rolsuper AND o.rolname OPERATOR(pg_catalog.<>) {role}"
    )
}

/// Has what waits for COMMIT run now, as `owner`, as it would if the owner had done the statement. By name, so that foreign
/// keys may go on waiting for rows of a later statement; and again while there is more, because a trigger may write to
/// other tables.
fn settle(owner: &str) -> String {
    let waits = what_could_wait("$1");
    let body = format!(
        "{COLUMNS_FIRST}DECLARE pgr_names pg_catalog.text; pgr_before pg_catalog.text; BEGIN LOOP \
         SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%I.%I', n.nspname, k.conname), ', ') INTO pgr_names \
         {waits} AND pg_catalog.has_schema_privilege(n.oid, 'USAGE'); \
         EXIT WHEN pgr_names IS NULL OR pgr_names OPERATOR(pg_catalog.=) pgr_before; \
         EXECUTE pg_catalog.format('SET CONSTRAINTS %s IMMEDIATE', pgr_names); \
         pgr_before := pgr_names; END LOOP; END "
    );
    let (inner, waits, owner) = (dollar_tag(&body), what_could_wait("CURRENT_USER"), ident(owner));
    let function = "pg_temp.pgr_settle(pg_catalog.name)";
    do_block(&format!(
        " BEGIN IF EXISTS (SELECT {waits}) THEN \
         CREATE FUNCTION {function} RETURNS pg_catalog.void LANGUAGE plpgsql \
         SECURITY DEFINER SET search_path FROM CURRENT SET row_security = off AS {inner}{body}{inner}; \
         ALTER FUNCTION {function} OWNER TO {owner}; PERFORM pg_temp.pgr_settle(CURRENT_USER); DROP FUNCTION {function}; \
         END IF; END "
    ))
}

/// Fails where something is waiting for COMMIT still: code that was called has put it off again, or it is on the table of
/// a role that cannot be acted for. Before 18 it would run as ourselves; since then, what it leaves behind for the end of
/// the transaction would. Only a change of the table tells, which is refused while anything waits there; this one is always
/// refused, and reads no code of anybody.
fn nothing_waits() -> String {
    let waits = what_could_wait("CURRENT_USER");
    do_block(&format!(
        " DECLARE pgr_late pg_catalog.record; BEGIN FOR pgr_late IN SELECT n.nspname AS place, c.relname AS name, \
         k.conname AS what, o.rolname AS owner, \
         CASE WHEN k.contype OPERATOR(pg_catalog.=) 't' THEN 'trigger' ELSE 'constraint' END AS sort {waits} LOOP \
         BEGIN EXECUTE pg_catalog.format('ALTER TABLE ONLY %I.%I ALTER COLUMN ctid SET STATISTICS 0', \
         pgr_late.place, pgr_late.name); \
         EXCEPTION WHEN feature_not_supported THEN CONTINUE; WHEN object_in_use OR insufficient_privilege THEN NULL; END; \
         RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = pg_catalog.format('%s %I on table %I.%I, which belongs to role %I, \
         waits for COMMIT and would run as the current role', \
         pgr_late.sort, pgr_late.what, pgr_late.place, pgr_late.name, pgr_late.owner), \
         HINT = pg_catalog.format('make it NOT DEFERRABLE, or run as role %I', pgr_late.owner); \
         END LOOP; END "
    ))
}

fn do_block(code: &str) -> String {
    let tag = dollar_tag(code);
    format!("DO {tag}{code}{tag}")
}
