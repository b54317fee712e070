//! The queries that tell whose code there is, and what calls it.

use crate::kind::Server;
use crate::pg::Feature;
use crate::sql::{DYNAMIC, operator_name};

/// The queries whose answers [`Code::read`] takes, for the snapshot in which the catalog is read.
pub fn queries(server: &Server) -> [String; 3] {
    [named(server), callers(server), meaning(server)]
}

/// The name of a role that is not trusted; NULL for the others.
fn stranger(server: &Server, owner: &str) -> String {
    format!("CASE WHEN {} THEN NULL ELSE pg_get_userbyid({owner})::text END", server.trusts(owner))
}

/// Routines, operators and types that expressions may call, but for PostgreSQL's own.
fn named(server: &Server) -> String {
    let own = "'pg_catalog'::regnamespace";
    // Of an immutable routine a plan shows the result, of one in SQL the body.
    let folds = "(p.provolatile = 'i' OR p.prolang = 14)";
    let of = |owner: &str| stranger(server, owner);
    // `t.f` is `f(t)`, where `f` takes a row, or anything, first.
    let attribute = "EXISTS (SELECT FROM pg_type first WHERE first.oid = p.proargtypes[0] AND first.typtype IN ('c', 'p', 'd'))";
    // What is temporary no bare name finds, and no other session.
    let there = "NOT starts_with(n.nspname::text, 'pg_temp_')";
    format!(
        "SELECT DISTINCT 'routine' AS sort, n.nspname::text AS place, p.proname::text AS name, NULL::text AS types, \
         {folds} AS folds, {} AS stranger, NOT EXISTS (SELECT FROM pg_proc q WHERE q.pronamespace = {own} \
         AND q.proname = p.proname AND q.proargtypes = p.proargtypes) AS found, {attribute} AS attribute FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
         WHERE p.pronamespace <> {own} AND {there} \
         UNION ALL SELECT DISTINCT 'symbol', n.nspname::text, o.oprname::text, \
         to_json(array_remove(ARRAY[CASE WHEN l.typnamespace <> {own} THEN l.typname END, \
         CASE WHEN r.typnamespace <> {own} THEN r.typname END], NULL))::text, {folds}, {}, \
         NOT EXISTS (SELECT FROM pg_operator q WHERE q.oprnamespace = {own} AND q.oprname = o.oprname \
         AND q.oprleft = o.oprleft AND q.oprright = o.oprright), false \
         FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace JOIN pg_proc p ON p.oid = o.oprcode \
         LEFT JOIN pg_type l ON l.oid = o.oprleft LEFT JOIN pg_type r ON r.oid = o.oprright WHERE o.oprnamespace <> {own} AND {there} \
         UNION ALL SELECT DISTINCT 'cast', n.nspname::text, t.typname::text, NULL, {folds}, NULL, true, false \
         FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc JOIN pg_type t ON t.oid IN (c.castsource, c.casttarget) \
         JOIN pg_namespace n ON n.oid = t.typnamespace WHERE p.pronamespace <> {own} \
         UNION ALL SELECT 'type', n.nspname::text, t.typname::text, NULL, false, {}, true, false \
         FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {} AND NOT {} AND {there} \
         UNION ALL {} ORDER BY 1, 2, 3, 4, 5, 6, 7, 8",
        of("p.proowner"),
        of("o.oprowner"),
        of("t.typowner"),
        types_with_code(server),
        server.trusts("t.typowner"),
        found(server),
    )
}

/// What has no code and belongs to strangers, where bare names of the file are looked for: it could be taken for what the file
/// means, by a name that PostgreSQL does not have itself. In the columns of [`named`].
fn found(server: &Server) -> String {
    let here = is_on_the_path(server);
    let branch = |sort: &str, name: &str, from: &str, owner: &str, own: &str| {
        format!(
            "SELECT 'found {sort}', n.nspname::text, {name}::text, NULL, false, pg_get_userbyid({owner})::text, \
             NOT EXISTS ({own}), false FROM {from} WHERE x.oid >= 16384 AND {here} AND NOT {}",
            server.trusts(owner)
        )
    };
    let own = "'pg_catalog'::regnamespace";
    [
        branch(
            "relation",
            "x.relname",
            "pg_class x JOIN pg_namespace n ON n.oid = x.relnamespace AND x.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')",
            "x.relowner",
            &format!("SELECT FROM pg_class q WHERE q.relnamespace = {own} AND q.relname = x.relname"),
        ),
        branch(
            "type",
            "x.typname",
            "pg_type x JOIN pg_namespace n ON n.oid = x.typnamespace AND x.typtype IN ('e', 'c')",
            "x.typowner",
            &format!("SELECT FROM pg_type q WHERE q.typnamespace = {own} AND q.typname = x.typname"),
        ),
        branch(
            "collation",
            "x.collname",
            "pg_collation x JOIN pg_namespace n ON n.oid = x.collnamespace",
            "x.collowner",
            &format!("SELECT FROM pg_collation q WHERE q.collnamespace = {own} AND q.collname = x.collname"),
        ),
        branch(
            "configuration",
            "x.cfgname",
            "pg_ts_config x JOIN pg_namespace n ON n.oid = x.cfgnamespace",
            "x.cfgowner",
            &format!("SELECT FROM pg_ts_config q WHERE q.cfgnamespace = {own} AND q.cfgname = x.cfgname"),
        ),
    ]
    .join(" UNION ALL ")
}

/// A condition on `pg_type t`: values of the type can have code of its owner run, or of whoever casts it by a routine.
fn types_with_code(server: &Server) -> String {
    format!(
        "t.oid >= 16384 AND (t.typtype IN ('d', 'r') OR t.typtype = 'b' AND t.typelem = 0 OR t.oid IN (\
         SELECT unnest(ARRAY[c.castsource, c.casttarget]) FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc \
         WHERE c.oid >= 16384 AND NOT {}))",
        server.trusts("p.proowner")
    )
}

/// What belongs to strangers, as a list of `strange(class, oid, who)`; and types that strangers cast.
fn strange(server: &Server) -> String {
    let strange = |owner: &str| format!("NOT {}", server.trusts(owner));
    format!(
        "SELECT 'pg_proc'::regclass::oid, p.oid, p.proowner FROM pg_proc p WHERE p.oid >= 16384 AND {of_routine} \
         UNION ALL SELECT 'pg_operator'::regclass, o.oid, o.oprowner FROM pg_operator o WHERE o.oid >= 16384 AND {} \
         UNION ALL SELECT 'pg_type'::regclass, t.oid, t.typowner FROM pg_type t WHERE {} AND {of_type} \
         UNION ALL SELECT 'pg_type'::regclass, t.oid, p.proowner FROM pg_cast c JOIN pg_proc p ON p.oid = c.castfunc \
         JOIN pg_type t ON t.oid IN (c.castsource, c.casttarget) WHERE c.oid >= 16384 AND t.oid >= 16384 AND {of_routine} \
         AND NOT EXISTS (SELECT FROM pg_type t WHERE t.oid IN (c.castsource, c.casttarget) AND {of_type}) \
         UNION ALL {} UNION ALL {}",
        strange("o.oprowner"),
        types_with_code(server),
        written_by_strangers(server),
        foreign_tables(server),
        of_routine = strange("p.proowner"),
        of_type = strange("t.typowner"),
    )
}

/// Foreign tables of strangers, or at a server of theirs: to plan a query over one is to connect to where they say, which may
/// be this server, as whom they say.
fn foreign_tables(server: &Server) -> String {
    let owners = ["c.relowner", "s.srvowner"];
    let [table, of] = owners.map(|owner| server.trusts(owner));
    format!(
        "SELECT 'pg_class'::regclass, c.oid, CASE WHEN {table} THEN s.srvowner ELSE c.relowner END FROM pg_foreign_table f \
         JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE NOT ({table} AND {of})"
    )
}

/// What strangers have written into relations: of theirs, or as triggers where they may make some. It may call nothing of
/// theirs that the catalog knows of, and still execute what they like: `query_to_xml` takes a text, `domain_in` an OID.
fn written_by_strangers(server: &Server) -> String {
    let is_strange = |owner: &str| format!("NOT {}", server.trusts(owner));
    format!(
        "SELECT x.class, x.oid, x.owner FROM (SELECT t.*, sum(octet_length(t.tree)) OVER (PARTITION BY t.owner \
         ORDER BY octet_length(t.tree), t.class, t.oid) AS total FROM (\
         SELECT part.class, part.oid, c.relowner, part.tree FROM pg_class c CROSS JOIN LATERAL (\
         SELECT 'pg_rewrite'::regclass, r.oid, r.ev_action::text FROM pg_rewrite r WHERE r.ev_class = c.oid AND c.relkind <> 'm' \
         UNION ALL SELECT 'pg_attrdef'::regclass, f.oid, f.adbin::text FROM pg_attrdef f WHERE f.adrelid = c.oid \
         UNION ALL SELECT 'pg_constraint'::regclass, k.oid, k.conbin::text FROM pg_constraint k WHERE k.conrelid = c.oid \
         AND k.conbin IS NOT NULL \
         UNION ALL SELECT 'pg_policy'::regclass, y.oid, q.tree FROM pg_policy y CROSS JOIN LATERAL \
         (VALUES (y.polqual::text), (y.polwithcheck::text)) q(tree) WHERE y.polrelid = c.oid AND q.tree IS NOT NULL \
         UNION ALL SELECT 'pg_trigger'::regclass, g.oid, NULL FROM pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal\
         ) part(class, oid, tree) WHERE c.oid >= 16384 AND {} \
         UNION ALL SELECT 'pg_trigger'::regclass, g.oid, a.grantee, CASE WHEN {of_arguments} THEN NULL ELSE g.tgqual::text END \
         FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid CROSS JOIN LATERAL aclexplode(c.relacl) a \
         WHERE (g.tgqual IS NOT NULL OR {of_arguments}) AND a.privilege_type = 'TRIGGER' AND {}\
         ) t(class, oid, owner, tree)) x WHERE x.tree IS NULL OR CASE \
         WHEN octet_length(x.tree) > {LONGEST_TREE} OR x.total > {ALL_TREES} THEN true \
         ELSE EXISTS (SELECT FROM regexp_matches(x.tree, ':funcid (\\d+)', 'g') f(found) \
         JOIN pg_proc p ON p.oid = f.found[1]::oid WHERE p.provolatile <> 'i' AND NOT (\
         p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY ('{HARMLESS}'))) END",
        is_strange("c.relowner"),
        is_strange("a.grantee"),
        // A trusted function that puts SQL together may put them into it.
        of_arguments = "(g.tgnargs > 0 AND NOT g.tgisinternal AND g.tgfoid IN (SELECT body.oid FROM body WHERE body.dynamic))",
    )
}

/// How long a tree of the server's may be, and all those of one stranger together, the short ones first, to be searched for
/// what they call: 0.1 s for ten million. Beyond that they count as calling what they should not.
const LONGEST_TREE: u32 = 1_000_000;
const ALL_TREES: u32 = 20_000_000;

/// Functions of PostgreSQL that are not immutable, stand in many a default or view, and do nothing.
pub(super) const HARMLESS: &str = "{now,transaction_timestamp,statement_timestamp,clock_timestamp,timeofday,random,gen_random_uuid,uuidv4,uuidv7,\
     nextval,currval,lastval,to_char,to_timestamp,to_date,date,timezone,date_part,date_trunc,extract,age,concat,concat_ws,format,\
     timestamp,timestamptz,current_setting,pg_get_userbyid,current_schema}";

/// An SQL condition: `pg_namespace n` may be on the path of the file, where its schemas are and extensions live.
fn is_on_the_path(server: &Server) -> String {
    let schemas = server.in_schemas("n.nspname");
    format!(
        "({schemas} OR n.nspname = 'public' OR n.oid IN (SELECT extension.extnamespace FROM pg_extension extension))"
    )
}

/// The texts of routines of those that are trusted that the server has not parsed, as a list of `body(oid, text, words, path, dynamic)`: also the path
/// that the routine sets for itself, and whether what it executes cannot be seen in its text. As the server does with names,
/// only letters of ASCII are folded.
fn bodies(server: &Server) -> String {
    let parsed = if server.has(Feature::SqlBody) { "p.prosqlbody IS NULL" } else { "true" };
    format!(
        "SELECT p.oid, t.text, \
         (SELECT jsonb_object_agg(w, 1) FROM (SELECT DISTINCT regexp_split_to_table(t.text, '[^a-z0-9_]+')) w(w)), \
         (SELECT replace(lower(c COLLATE \"C\"), '\"\"', '\"') FROM unnest(p.proconfig) c WHERE starts_with(c, 'search_path=')), \
         l.lanname NOT IN ('sql', 'plpgsql') OR t.text ~ '{}' \
         FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang, lower(p.prosrc COLLATE \"C\") t(text) \
         WHERE p.oid >= 16384 AND l.lanname NOT IN ('internal', 'c') AND {parsed} AND {}",
        DYNAMIC.join("|"),
        server.trusts("p.proowner")
    )
}

/// SQL: the name that the SQL `name` gives as the text of a body would have it, and whether it is a plain word there; any
/// other, or one that may have been cut, is looked for anywhere.
fn as_in_text(name: &str) -> String {
    let name = format!("lower({name}::text COLLATE \"C\")");
    format!("{name}, {name} ~ '^[a-z0-9_]{{1,62}}$'")
}

/// An SQL condition: a bare name in `body b` may be looked for in `pg_namespace n`.
fn is_searched(server: &Server) -> String {
    let here = is_on_the_path(server);
    format!(
        "CASE WHEN b.path IS NULL THEN {here} ELSE strpos(b.path, lower(n.nspname::text COLLATE \"C\")) > 0 OR b.path ~ '[$]user' END"
    )
}

/// What may call something of `strange`, as `calls(class, oid, sub, who)`: that itself; and texts that do so without its
/// name. Words stand for operators: `IN` is `=`.
fn calls(server: &Server) -> String {
    let searched = is_searched(server);
    format!(
        "SELECT class, oid, 0, who FROM strange \
         UNION SELECT 'pg_proc'::regclass, b.oid, 0, s.who FROM strange s CROSS JOIN LATERAL (\
         SELECT o.oprnamespace, true FROM pg_operator o WHERE s.class = 'pg_operator'::regclass AND o.oid = s.oid \
         UNION ALL SELECT p.pronamespace, false FROM pg_proc p WHERE s.class = 'pg_proc'::regclass AND p.oid = s.oid \
         UNION ALL SELECT t.typnamespace, false FROM pg_type t WHERE s.class = 'pg_type'::regclass AND t.oid = s.oid\
         ) place(oid, is_operator) JOIN pg_namespace n ON n.oid = place.oid JOIN body b \
         ON (place.is_operator OR b.dynamic) AND {searched} \
         UNION SELECT x.class, x.oid, 0, s.who FROM (SELECT who FROM strange LIMIT 1) s CROSS JOIN LATERAL (\
         SELECT 'pg_rewrite'::regclass, r.oid, r.ev_action::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class \
         WHERE r.oid >= 16384 AND {of_relation} UNION ALL SELECT 'pg_proc'::regclass, p.oid, {body} FROM pg_proc p \
         WHERE p.oid >= 16384 AND {of_routine} OFFSET 0) x(class, oid, tree) \
         WHERE CASE WHEN octet_length(x.tree) > {LONGEST_TREE} THEN false ELSE x.tree ~ (SELECT format(':funcid (%s) ', string_agg(p.oid::text, '|')) \
         FROM pg_proc p WHERE p.proname::text ~ '{dynamic}') END \
         UNION SELECT 'pg_class'::regclass, k.confrelid, -3, c.relowner FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
         JOIN pg_class o ON o.oid = k.confrelid WHERE k.contype = 'f' \
         AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd')) AND NOT {} AND {}",
        server.trusts("c.relowner"),
        server.trusts("o.relowner"),
        of_relation = server.trusts("c.relowner"),
        of_routine = server.trusts("p.proowner"),
        body = if server.has(Feature::SqlBody) { "p.prosqlbody::text" } else { "NULL::text" },
        dynamic = DYNAMIC.join("|"),
    )
}

/// How the text of a routine names `tainted t`, or the relation that it is part of, as rows of `(name, namespace)`.
const NAMED: &str = "SELECT p.proname::text, p.pronamespace FROM pg_proc p WHERE t.class = 'pg_proc'::regclass AND p.oid = t.oid \
     UNION ALL SELECT u.typname::text, u.typnamespace FROM pg_type u WHERE t.class = 'pg_type'::regclass AND u.oid = t.oid \
     UNION ALL SELECT c.relname::text, c.relnamespace FROM pg_class c WHERE c.oid = CASE t.class \
     WHEN 'pg_class'::regclass THEN coalesce((SELECT x.indrelid FROM pg_index x WHERE x.indexrelid = t.oid), t.oid) \
     WHEN 'pg_trigger'::regclass THEN (SELECT g.tgrelid FROM pg_trigger g WHERE g.oid = t.oid) \
     WHEN 'pg_constraint'::regclass THEN (SELECT k.conrelid FROM pg_constraint k WHERE k.oid = t.oid) \
     WHEN 'pg_policy'::regclass THEN (SELECT y.polrelid FROM pg_policy y WHERE y.oid = t.oid) \
     WHEN 'pg_rewrite'::regclass THEN (SELECT r.ev_class FROM pg_rewrite r WHERE r.oid = t.oid) \
     WHEN 'pg_attrdef'::regclass THEN (SELECT f.adrelid FROM pg_attrdef f WHERE f.oid = t.oid) END";

/// An SQL condition: a name that is prepared by [`as_in_text`] stands in the text of `body b`. It is asked for each name of
/// every stranger and each body, so it takes no time that grows with the text where there is another way.
fn is_in_text(name: &str, is_word: &str) -> String {
    format!("CASE WHEN {is_word} THEN b.words ? {name} ELSE strpos(b.text, {name}) > 0 END")
}

/// What something of `tainted t` is part of, where a whole does not depend on its parts but they on it: an operator class and
/// its family on their members, the types of a cast on that.
const PARTS: &str = "SELECT d.refclassid, d.refobjid, 0 FROM pg_depend d WHERE d.classid = t.class AND d.objid = t.oid \
     AND t.class IN ('pg_amop'::regclass, 'pg_amproc'::regclass, 'pg_opclass'::regclass) \
     AND d.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass) \
     UNION ALL SELECT 'pg_type'::regclass, c.opcintype, 0 FROM pg_opclass c \
     WHERE t.class = 'pg_opclass'::regclass AND c.oid = t.oid AND c.opcdefault AND c.opcintype >= 16384 \
     UNION ALL SELECT 'pg_type'::regclass, y.oid, 0 FROM pg_cast c, unnest(ARRAY[c.castsource, c.casttarget]) y(oid) \
     WHERE t.class = 'pg_cast'::regclass AND c.oid = t.oid AND y.oid >= 16384";

/// The relations over which no query can be planned without running something of `tainted t`, each with -1 in the place of a
/// column: what reads one is tainted, what else stands on it is not.
const READS: &str = "SELECT 'pg_class'::regclass, x.indrelid, -1 FROM pg_index x \
     WHERE t.class = 'pg_class'::regclass AND x.indexrelid = t.oid \
     UNION ALL SELECT 'pg_class'::regclass, k.conrelid, -1 FROM pg_constraint k \
     WHERE t.class = 'pg_constraint'::regclass AND k.oid = t.oid AND k.conrelid <> 0 AND k.contype <> 't' \
     UNION ALL SELECT 'pg_class'::regclass, s.stxrelid, -1 FROM pg_statistic_ext s \
     WHERE t.class = 'pg_statistic_ext'::regclass AND s.oid = t.oid \
     UNION ALL SELECT 'pg_class'::regclass, i.inhparent, -1 FROM pg_inherits i \
     WHERE t.class = 'pg_class'::regclass AND t.sub IN (0, -1) AND i.inhrelid = t.oid";

/// The relations of which rows cannot be written without running something of `tainted t`, each with -2 in the place of a column,
/// and those from which none can be deleted, or updated, without that, by foreign keys, with -3: who writes into them may be
/// whoever has them in a rule or a body, or in a view that stands for them.
fn writes(server: &Server) -> String {
    let trusted = server.trusts("o.relowner");
    format!(
        "SELECT 'pg_class'::regclass, g.tgrelid, -2 FROM pg_trigger g WHERE t.class = 'pg_trigger'::regclass AND g.oid = t.oid \
         UNION ALL SELECT 'pg_class'::regclass, f.adrelid, -2 FROM pg_attrdef f WHERE t.class = 'pg_attrdef'::regclass AND f.oid = t.oid \
         UNION ALL SELECT 'pg_class'::regclass, r.ev_class, -2 FROM pg_rewrite r \
         WHERE t.class = 'pg_rewrite'::regclass AND r.oid = t.oid AND r.rulename <> '_RETURN' \
         UNION ALL SELECT 'pg_class'::regclass, y.polrelid, -2 FROM pg_policy y WHERE t.class = 'pg_policy'::regclass AND y.oid = t.oid \
         UNION ALL SELECT 'pg_class'::regclass, t.oid, -2 WHERE t.class = 'pg_class'::regclass AND t.sub = -1 \
         UNION ALL SELECT 'pg_class'::regclass, i.inhparent, t.sub FROM pg_inherits i \
         WHERE t.class = 'pg_class'::regclass AND t.sub <= -2 AND i.inhrelid = t.oid \
         UNION ALL SELECT 'pg_class'::regclass, r.ev_class, t.sub FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid \
         AND r.rulename = '_RETURN' WHERE t.class = 'pg_class'::regclass AND t.sub <= -2 AND d.classid = 'pg_rewrite'::regclass \
         AND d.refclassid = t.class AND d.refobjid = t.oid \
         UNION ALL SELECT 'pg_class'::regclass, k.confrelid, -3 FROM pg_constraint k JOIN pg_class o ON o.oid = k.confrelid \
         WHERE k.contype = 'f' AND t.class = 'pg_class'::regclass AND t.sub < 0 AND k.conrelid = t.oid AND {trusted} \
         AND (t.sub = -1 OR k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd')) \
         UNION ALL SELECT 'pg_class'::regclass, k.confrelid, -3 FROM pg_trigger g JOIN pg_constraint k ON k.conrelid = g.tgrelid \
         JOIN pg_class o ON o.oid = k.confrelid WHERE k.contype = 'f' AND t.class = 'pg_trigger'::regclass AND g.oid = t.oid \
         AND (g.tgtype & 32) <> 0 AND {trusted}"
    )
}

/// What depends on something of `tainted t`, by the catalog, or by the text of a routine.
fn dependents(server: &Server) -> String {
    let searched = is_searched(server);
    format!(
        "SELECT e.class, e.oid, e.sub, t.who FROM tainted t CROSS JOIN LATERAL (\
         SELECT d.classid AS class, d.objid AS oid, d.objsubid AS sub FROM pg_depend d WHERE d.refclassid = t.class \
         AND d.refobjid = t.oid AND d.deptype IN ('n', 'a', 'i') AND CASE t.sub WHEN 0 THEN true \
         WHEN -1 THEN d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass) OR d.classid = 'pg_policy'::regclass \
         AND NOT EXISTS (SELECT FROM pg_policy y WHERE y.oid = d.objid AND y.polrelid = t.oid) \
         WHEN -2 THEN {writing} WHEN -3 THEN {writing} ELSE d.refobjsubid IN (0, t.sub) END \
         UNION ALL {PARTS} UNION ALL {READS} UNION ALL {writes} \
         UNION ALL SELECT 'pg_class'::regclass, r.ev_class, 0 FROM pg_rewrite r \
         WHERE t.class = 'pg_rewrite'::regclass AND r.oid = t.oid AND r.rulename = '_RETURN' \
         UNION ALL SELECT 'pg_type'::regclass, k.contypid, 0 FROM pg_constraint k \
         WHERE t.class = 'pg_constraint'::regclass AND k.oid = t.oid AND k.contypid <> 0 \
         UNION ALL SELECT 'pg_proc'::regclass, b.oid, 0 FROM (SELECT n.oid, n.nspname, {name}, {schema} FROM ({NAMED}) named(name, place) \
         JOIN pg_namespace n ON n.oid = named.place OFFSET 0) n(oid, nspname, name, is_word, schema, is_plain) JOIN body b \
         ON CASE WHEN t.sub = -3 AND NOT b.words ?| '{{delete,update,truncate,merge}}' THEN false \
         WHEN t.sub = -2 AND NOT b.words ?| '{{insert,delete,update,truncate,merge,copy}}' THEN false \
         WHEN b.dynamic AND {searched} THEN true WHEN NOT {is_named} THEN false WHEN {searched} THEN true \
         ELSE {in_schema} END) e",
        writes = writes(server),
        writing = "d.classid = 'pg_proc'::regclass OR d.classid = 'pg_rewrite'::regclass \
                   AND EXISTS (SELECT FROM pg_rewrite r WHERE r.oid = d.objid AND r.rulename <> '_RETURN')",
        name = as_in_text("named.name"),
        schema = as_in_text("n.nspname"),
        is_named = is_in_text("n.name", "n.is_word"),
        in_schema = is_in_text("n.schema", "n.is_plain"),
    )
}

/// What of `tainted t` is no object of its own in a file: that whose part it is.
const WHOLES: &str = "SELECT 'pg_class'::regclass, f.adrelid, f.adnum, t.who FROM tainted t JOIN pg_attrdef f \
     ON t.class = 'pg_attrdef'::regclass AND f.oid = t.oid \
     UNION SELECT 'pg_publication'::regclass, r.prpubid, 0, t.who FROM tainted t JOIN pg_publication_rel r \
     ON t.class = 'pg_publication_rel'::regclass AND r.oid = t.oid";

/// The relations that something of `marked m` is part of, or that it is, and whether it runs where rows of the relation are
/// read for a foreign key: no trigger, policy or rule does.
const RELATIONS: &str = "SELECT coalesce(x.indrelid, m.oid), m.who, m.sub <> -2 FROM marked m LEFT JOIN pg_index x \
     ON x.indexrelid = m.oid WHERE m.class = 'pg_class'::regclass AND m.sub <> -3 \
     UNION SELECT k.conrelid, m.who, k.contype <> 't' FROM marked m JOIN pg_constraint k ON k.oid = m.oid \
     WHERE m.class = 'pg_constraint'::regclass AND k.conrelid <> 0 \
     UNION SELECT g.tgrelid, m.who, false FROM marked m JOIN pg_trigger g ON g.oid = m.oid WHERE m.class = 'pg_trigger'::regclass \
     UNION SELECT p.polrelid, m.who, false FROM marked m JOIN pg_policy p ON p.oid = m.oid WHERE m.class = 'pg_policy'::regclass \
     UNION SELECT r.ev_class, m.who, false FROM marked m JOIN pg_rewrite r ON r.oid = m.oid WHERE m.class = 'pg_rewrite'::regclass \
     UNION SELECT s.stxrelid, m.who, true FROM marked m JOIN pg_statistic_ext s ON s.oid = m.oid \
     WHERE m.class = 'pg_statistic_ext'::regclass";

/// The names of the address of the object `m`.
fn names() -> String {
    let (routine, operator) = ("p.proname || '(' || oidvectortypes(p.proargtypes) || ')'", operator_name!());
    format!(
        "CASE m.class \
         WHEN 'pg_proc'::regclass THEN (SELECT ARRAY[n.nspname::text, {routine}] FROM pg_proc p \
         JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = m.oid) \
         WHEN 'pg_operator'::regclass THEN (SELECT ARRAY[n.nspname::text, {operator}] FROM pg_operator o \
         JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid = m.oid) \
         WHEN 'pg_type'::regclass THEN (SELECT ARRAY[n.nspname::text, t.typname::text] FROM pg_type t \
         JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = m.oid) \
         WHEN 'pg_opclass'::regclass THEN (SELECT ARRAY[n.nspname::text, o.opcname || ' using ' || a.amname] FROM pg_opclass o \
         JOIN pg_namespace n ON n.oid = o.opcnamespace JOIN pg_am a ON a.oid = o.opcmethod WHERE o.oid = m.oid) \
         WHEN 'pg_statistic_ext'::regclass THEN (SELECT ARRAY[n.nspname::text, c.relname::text, s.stxname::text] \
         FROM pg_statistic_ext s JOIN pg_class c ON c.oid = s.stxrelid JOIN pg_namespace n ON n.oid = s.stxnamespace \
         WHERE s.oid = m.oid) \
         WHEN 'pg_class'::regclass THEN (SELECT array_remove(ARRAY[n.nspname::text, i.relname::text, c.relname::text, \
         a.attname::text], NULL) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_index x ON x.indexrelid = c.oid LEFT JOIN pg_class i ON i.oid = x.indrelid \
         LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = m.sub AND m.sub > 0 WHERE c.oid = m.oid) \
         ELSE (pg_identify_object_as_address(m.class, m.oid, 0)).object_names END"
    )
}

/// What happens to rows of `parent` has rows of `child` change: by the action of a foreign key, and because they are rows
/// of both. One that goes from a partition to another is deleted from the first. Where a key takes no action, rows of
/// `child` are read.
const EDGES: &str = "SELECT k.conrelid, CASE k.confdeltype WHEN 'c' THEN 'delete' ELSE 'update' END, k.confrelid, 'delete' \
     FROM pg_constraint k WHERE k.contype = 'f' AND k.confdeltype IN ('c', 'n', 'd') \
     UNION ALL SELECT k.conrelid, 'update', k.confrelid, 'update' FROM pg_constraint k \
     WHERE k.contype = 'f' AND k.confupdtype IN ('c', 'n', 'd') \
     UNION ALL SELECT k.conrelid, 'read', k.confrelid, e.event FROM pg_constraint k \
     JOIN (VALUES ('delete'), ('update')) e(event) ON CASE e.event WHEN 'delete' THEN k.confdeltype ELSE k.confupdtype END IN ('a', 'r') \
     WHERE k.contype = 'f' \
     UNION ALL SELECT i.inhrelid, e.does, i.inhparent, e.event FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhparent \
     JOIN (VALUES ('delete', 'delete'), ('update', 'update'), ('delete', 'update')) e(does, event) \
     ON e.does = e.event OR c.relkind = 'p' WHERE c.relkind IN ('r', 'p', 'f')";

/// The tables of those that are trusted that `edges` lead from to one of a stranger's, or to one of `family`. Those of strangers
/// that refer to each other are not followed: there may be any number of them.
fn touched(server: &Server) -> String {
    let trusted = server.trusts("c.relowner");
    format!(
        "SELECT s.oid, e.event, s.oid, s.who FROM (SELECT f.oid, f.who FROM family f \
         UNION SELECT c.oid, c.relowner FROM pg_class c JOIN edges e ON e.child = c.oid WHERE NOT {trusted}) s(oid, who) \
         CROSS JOIN (VALUES ('delete'), ('update')) e(event) \
         UNION SELECT f.oid, 'read', f.oid, f.who FROM family f WHERE f.is_read \
         UNION SELECT e.parent, e.event, t.last, t.who FROM touched t JOIN edges e ON e.child = t.oid AND e.does = t.event \
         JOIN pg_class c ON c.oid = e.parent WHERE {trusted}"
    )
}

/// Names, in the columns of [`callers`], what is `touched`.
const TOUCHED: &str = "SELECT to_json(ARRAY[n.nspname, c.relname]::text[])::text, pg_get_userbyid(t.who)::text, false, NULL, NULL, \
     t.event, to_json(ARRAY[m.nspname, l.relname]::text[])::text \
     FROM touched t JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace \
     JOIN pg_class l ON l.oid = t.last JOIN pg_namespace m ON m.oid = l.relnamespace WHERE t.oid <> t.last";

/// Names, in the columns of [`callers`], the tables of those that are trusted that refer to one of `family`, or are referred
/// to by one: the server reads that when it checks or validates the key.
fn keys(server: &Server) -> String {
    let trusted = server.trusts("c.relowner");
    format!(
        "SELECT to_json(ARRAY[n.nspname, c.relname]::text[])::text, pg_get_userbyid(k.who)::text, false, NULL, NULL, \
         k.event, to_json(ARRAY[m.nspname, l.relname]::text[])::text FROM (\
         SELECT k.conrelid, 'refers', f.oid, f.who FROM family f JOIN pg_constraint k ON k.confrelid = f.oid WHERE f.is_read AND k.contype = 'f' \
         UNION SELECT k.confrelid, 'referred', f.oid, f.who FROM family f JOIN pg_constraint k ON k.conrelid = f.oid \
         WHERE f.is_read AND k.contype = 'f') k(oid, event, last, who) \
         JOIN pg_class c ON c.oid = k.oid JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_class l ON l.oid = k.last JOIN pg_namespace m ON m.oid = l.relnamespace WHERE {trusted}"
    )
}

/// The event triggers that call something of `tainted t`, in the columns of [`callers`]: `event` is theirs.
const AT_EVENTS: &str = "SELECT to_json(ARRAY[e.evtname]::text[])::text, pg_get_userbyid(t.who)::text, false, NULL, NULL, \
     e.evtevent::text, NULL FROM tainted t JOIN pg_event_trigger e ON t.class = 'pg_event_trigger'::regclass AND e.oid = t.oid \
     WHERE e.evtenabled <> 'D' AND e.evtevent <> 'login'";

/// Tables on which statistics stand whose schema is another one, in the columns of [`callers`]: with a type of the table the
/// server reads their expressions again, and nothing tells here what they would call then.
const STATISTICS: &str = "SELECT to_json(ARRAY[n.nspname, c.relname]::text[])::text, '', false, NULL, NULL, 'retyped', \
     to_json(ARRAY[m.nspname, s.stxname]::text[])::text FROM pg_statistic_ext s JOIN pg_namespace m ON m.oid = s.stxnamespace \
     JOIN pg_class c ON c.oid = s.stxrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE s.stxnamespace <> c.relnamespace AND to_jsonb(s) ->> 'stxexprs' IS NOT NULL";

/// Relations that nobody empties, or deletes from, without running something of `tainted t`, in the columns of [`callers`].
const EMPTIED: &str = "SELECT to_json(ARRAY[n.nspname, c.relname]::text[])::text, pg_get_userbyid(t.who)::text, false, NULL, NULL, \
     'emptied', to_json(ARRAY[n.nspname, c.relname]::text[])::text FROM tainted t JOIN pg_class c ON c.oid = t.oid \
     AND t.class = 'pg_class'::regclass AND t.sub = -3 JOIN pg_namespace n ON n.oid = c.relnamespace";

/// What sort of thing an expression can name the object `m` as, and its bare name.
const SORT_AND_NAME: &str = "CASE m.class WHEN 'pg_proc'::regclass THEN 'routine' WHEN 'pg_operator'::regclass THEN 'symbol' \
     WHEN 'pg_type'::regclass THEN 'type' WHEN 'pg_opclass'::regclass THEN 'class' END, \
     CASE m.class WHEN 'pg_proc'::regclass THEN (SELECT p.proname::text FROM pg_proc p WHERE p.oid = m.oid) \
     WHEN 'pg_operator'::regclass THEN (SELECT o.oprname::text FROM pg_operator o WHERE o.oid = m.oid) \
     WHEN 'pg_type'::regclass THEN (SELECT t.typname::text FROM pg_type t WHERE t.oid = m.oid) \
     WHEN 'pg_opclass'::regclass THEN (SELECT o.opcname::text FROM pg_opclass o WHERE o.oid = m.oid) END";

/// Everything that depends on what a role owns that is not trusted, with the names of its address; and what of theirs
/// changes with rows of another table, where `event` and `last` are not null.
fn callers(server: &Server) -> String {
    let (strange, calls, names, touched) = (strange(server), calls(server), names(), touched(server));
    let (bodies, dependents, keys) = (bodies(server), dependents(server), keys(server));
    format!(
        "WITH RECURSIVE strange(class, oid, who) AS ({strange}), body(oid, text, words, path, dynamic) AS MATERIALIZED ({bodies}), calls(class, oid, sub, who) AS ({calls}), \
         tainted(class, oid, sub, who) AS (SELECT * FROM calls UNION {dependents}), \
         marked AS (SELECT * FROM tainted UNION {WHOLES}), reached(oid, who, is_read) AS ({RELATIONS}), \
         family(oid, who, is_read) AS (SELECT * FROM reached UNION SELECT i.inhparent, f.who, f.is_read FROM family f JOIN pg_inherits i \
         ON i.inhrelid = f.oid), edges(child, does, parent, event) AS ({EDGES}), touched(oid, event, last, who) AS ({touched}) \
         SELECT to_json(ARRAY[n.nspname, c.relname]::text[])::text AS names, pg_get_userbyid(f.who)::text AS stranger, \
         true AS reached, NULL AS sort, NULL AS bare, NULL AS event, NULL AS last \
         FROM family f JOIN pg_class c ON c.oid = f.oid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') UNION ALL {TOUCHED} UNION ALL {keys} UNION ALL {AT_EVENTS} UNION ALL {STATISTICS} UNION ALL {EMPTIED} UNION ALL \
         SELECT to_json({names})::text, pg_get_userbyid(m.who)::text, false, {SORT_AND_NAME}, NULL, NULL FROM marked m \
         WHERE m.sub >= 0 AND m.class IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass, 'pg_class'::regclass, \
         'pg_opclass'::regclass, \
         'pg_statistic_ext'::regclass, 'pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass, \
         'pg_rewrite'::regclass, 'pg_publication'::regclass) ORDER BY 3, 1, 2, 4, 5, 6, 7"
    )
}

/// Digests of what expressions mean: of the routines, operators and types in the schemas that are read and of those
/// that something depends on, by their row versions; and of the columns of what views, policies and routines read.
fn meaning(server: &Server) -> String {
    let here = |column: &str| {
        format!("{column} IN (SELECT n.oid FROM pg_namespace n WHERE {})", is_on_the_path(server))
    };
    let branch = |catalog: &str, namespace: &str| {
        format!(
            "SELECT x.oid, x.xmin::text AS version FROM {catalog} x WHERE x.oid >= 16384 AND ({} OR x.oid IN (\
             SELECT d.refobjid FROM pg_depend d WHERE d.refclassid = '{catalog}'::regclass AND d.refobjid >= 16384 \
             AND d.deptype IN ('n', 'a')))",
            here(namespace)
        )
    };
    let branches = [
        branch("pg_proc", "x.pronamespace"),
        branch("pg_operator", "x.oprnamespace"),
        branch("pg_collation", "x.collnamespace"),
        format!("{} AND x.typrelid = 0", branch("pg_type", "x.typnamespace")),
        "SELECT x.oid, x.xmin::text FROM pg_cast x WHERE x.oid >= 16384".to_string(),
        "SELECT x.oid, x.xmin::text FROM pg_constraint x WHERE x.contypid <> 0 AND x.oid >= 16384"
            .to_string(),
    ];
    format!(
        "SELECT (SELECT md5(coalesce(string_agg(oid::text || ' ' || version, ',' ORDER BY oid, version), '')) \
         FROM ({}) called) AS called, (SELECT md5(coalesce(string_agg(concat_ws(' ', a.attrelid, a.attnum, a.atttypid, \
         a.atttypmod, a.attcollation, quote_ident(a.attname)), ',' ORDER BY a.attrelid, a.attnum), '')) \
         FROM pg_attribute a WHERE a.attnum > 0 AND a.attrelid IN (SELECT d.refobjid FROM pg_depend d \
         WHERE d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass) \
         AND d.refclassid = 'pg_class'::regclass AND d.refobjid >= 16384)) AS read",
        branches.join(" UNION ALL ")
    )
}
