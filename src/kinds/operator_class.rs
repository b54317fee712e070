//! Operator classes.

use crate::delta::{Action, Alteration, Change, Show};
use crate::kind::{
    Context, Cx, Doc, Draft, Item, Place, Rank, Right, Room, Row, Seat, Server, Tail, Visit, rename,
    split_using, sql_using, with_using,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Fragment, Phrase, ident, member_of_class, qualified};
use crate::statement::{Statement, Step};

/// The room.
pub struct OperatorClass;

/// An operator class; its name ends with its access method: `mood_ops using btree`.
#[derive(Debug, Clone)]
pub struct Body {
    /// `FOR TYPE … USING … AS …`: only PostgreSQL can tell which operators and functions are meant.
    definition: Fragment,
    default: bool,
    /// `schema.name`.
    family: String,
    /// Observed: its type, and what stands after AS.
    parts: (String, Vec<String>),
}

static DOC: Doc = Doc {
    name: "operator class",
    summary: "An operator class. Its key is its name with its access method, `mood_ops using hash`; without one it is \
              `btree`. PostgreSQL cannot alter it: it is made anew.",
    manual: "sql-createopclass",
    place: Place::InSchema("operator_classes"),
    rank: Rank::Class,
    main_key: None,
    keys: &[
        KeyDoc::new("type", Shape::Sql, "the type that it is for"),
        KeyDoc::new("default", Shape::Boolean, "indexes on the type take it if nothing else is said"),
        KeyDoc::new("family", Shape::Name, "its family; one of its own name if not given"),
        KeyDoc::new(
            "as",
            Shape::SqlList,
            "its operators and functions as in SQL: `OPERATOR 1 <`, `FUNCTION 1 compare(mood, mood)`, `STORAGE text`",
        ),
    ],
    features: &[],
    example: "[operator_classes.backwards_ops]\ntype = \"int4\"\nas = [\"OPERATOR 1 >\", \"OPERATOR 2 >=\", \"OPERATOR 3 =\", \
              \"OPERATOR 4 <=\", \"OPERATOR 5 <\", \"FUNCTION 1 backwards(int4, int4)\"]\n\n\
              [functions.\"backwards(int4, int4)\"]\narguments = \"a int4, b int4\"\nreturns = \"int4\"\n\
              volatility = \"immutable\"\nbody = \"select btint4cmp(b, a)\"\n",
};

/// What stands after AS, of the operator class `pg_opclass c`, as a JSON list.
fn members() -> String {
    let [of_operator, of_function] = ["pg_amop", "pg_amproc"].map(|catalog| member_of_class(catalog, "b"));
    format!(
        "(SELECT json_agg(m.text ORDER BY m.sort, m.number, m.text) FROM (\
         SELECT 1 AS sort, b.amopstrategy AS number, 'OPERATOR ' || b.amopstrategy || ' ' || quote_ident(os.nspname) || '.' \
         || o.oprname || ' (' || format_type(b.amoplefttype, NULL) || ', ' || format_type(b.amoprighttype, NULL) || ')' \
         || coalesce(' FOR ORDER BY ' || (SELECT quote_ident(fs.nspname) || '.' || quote_ident(f.opfname) FROM pg_opfamily f \
         JOIN pg_namespace fs ON fs.oid = f.opfnamespace WHERE f.oid = b.amopsortfamily), '') AS text \
         FROM pg_amop b JOIN pg_operator o ON o.oid = b.amopopr JOIN pg_namespace os ON os.oid = o.oprnamespace \
         WHERE {of_operator} \
         UNION ALL SELECT 2, b.amprocnum, 'FUNCTION ' || b.amprocnum || ' ' || quote_ident(ps.nspname) || '.' \
         || quote_ident(p.proname) || '(' || oidvectortypes(p.proargtypes) || ')' \
         FROM pg_amproc b JOIN pg_proc p ON p.oid = b.amproc JOIN pg_namespace ps ON ps.oid = p.pronamespace \
         WHERE {of_function} \
         UNION ALL SELECT 3, 0, 'STORAGE ' || format_type(c.opckeytype, NULL) WHERE c.opckeytype <> 0) m)"
    )
}

/// The definition of the operator class `pg_opclass c` of `pg_am m`.
fn printed() -> String {
    format!(
        "'FOR TYPE ' || format_type(c.opcintype, NULL) || ' USING ' || quote_ident(m.amname) || ' AS ' \
         || coalesce((SELECT string_agg(x, ', ') FROM json_array_elements_text({}) x), 'STORAGE ' || format_type(c.opcintype, NULL))",
        members()
    )
}

impl Room for OperatorClass {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let (name, method) = split_using(&item.key.name);
        let mut reader = item.reader();
        let default = reader.flag("default");
        let family = reader.text("family");
        let members = reader.strings("as").into_iter().map(|(text, span)| Phrase::new().written(&text, span));
        let members: Vec<Phrase> = members.collect();
        let Some((of, span)) = reader.required("type") else { return };
        // SQL knows no empty list; a storage that is the type itself says nothing.
        let members = match members.as_slice() {
            [] => Phrase::from("STORAGE ").written(of, span),
            several => Phrase::new().joined(several, ", "),
        };
        let text = Phrase::from("FOR TYPE ").written(of, span);
        let text = text.raw(format!(" USING {} AS ", ident(method))).phrase(&members);
        let family =
            family.map_or((item.schema.to_string(), name.to_string()), |family| item.resolve(&family));
        item.need(Address::new("operator family", [&family.0, &format!("{} using {method}", family.1)]));
        item.declare(Body {
            definition: Fragment::composed(&text, span),
            default,
            family: qualified(&family.0, &family.1),
            parts: (of.to_string(), Vec::new()),
        });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_opclass", "c.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, c.opcname || ' using ' || m.amname AS name, {} AS definition, \
             c.opcdefault AS default, quote_ident(fs.nspname) || '.' || quote_ident(f.opfname) AS family, \
             format_type(c.opcintype, NULL) AS type, {} AS members, {} AS needs, {} AS needs_of_operators, {} AS needs_of_functions \
             FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod \
             JOIN pg_opfamily f ON f.oid = c.opcfamily JOIN pg_namespace fs ON fs.oid = f.opfnamespace \
             WHERE {ours} AND {own} ORDER BY c.oid",
            printed(),
            members(),
            needs::query("pg_opclass", "c.oid"),
            of_members("pg_amop"),
            of_members("pg_amproc")
        ))
    }

    fn seat(&self) -> Option<Seat> {
        Some(Seat {
            class: "pg_opclass",
            oid: "c.oid",
            from: "pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod",
            path: "n.nspname, c.opcname || ' using ' || m.amname",
            member: ("pg_opclass", "c.oid"),
            owner: Some("c.opcowner"),
            ..Seat::BARE
        })
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_amop", "pg_amproc"]
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let body = Body {
            definition: Fragment::plain(row.text("definition")),
            default: row.flag("default"),
            family: row.text("family").to_string(),
            parts: (row.text("type").to_string(), row.list("members")),
        };
        let mut entry = Entry::new(Address::new(DOC.name, [row.text("schema"), row.text("name")]), body);
        for column in ["needs", "needs_of_operators", "needs_of_functions"] {
            entry.needs.extend(needs::read(row, column, server));
        }
        let own = entry.address.clone();
        entry.needs.retain(|need| *need != own);
        out.model.insert(entry);
    }

    fn write(&self, at: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { definition: _, default, family, parts: (of, members) } = observed;
        draft.text("type", of);
        draft.flag("default", *default);
        draft.word("family", family, &qualified(at.schema(), split_using(at.name()).0));
        draft.list("as", members);
    }

    fn fragments(&self, _: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        let context = Context::Part {
            setup: String::new(),
            host: None,
            before: "CREATE OPERATOR CLASS pg_temp.pgr_class ".to_string(),
            after: String::new(),
            spelled: format!(
                "SELECT {} FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod \
                 WHERE c.opcnamespace = pg_my_temp_schema()",
                printed()
            ),
        };
        visit("definition", &mut body.definition, context);
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { definition, default, family, parts } = desired;
        let (name, method) = split_using(at.name());
        let default = if *default { "DEFAULT " } else { "" };
        let head = format!("CREATE OPERATOR CLASS {} {default}", qualified(at.schema(), name));
        let text = definition.text();
        let own = *family == qualified(at.schema(), name);
        let using = format!("FOR TYPE {} USING {}", parts.0, ident(method));
        let sql = match text.strip_prefix(&using).filter(|_| !own) {
            Some(members) => Phrase::from(head).raw(format!("{using} FAMILY {family}{members}")),
            None => Phrase::from(head).fragment(definition),
        };
        vec![Statement::new(Form::Create, sql).into()]
    }

    fn compare(&self, _: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { definition, default, family, parts: _ } = desired;
        out.replaced("definition", &observed.definition, definition);
        out.replaced("default", &observed.default, default);
        out.replaced("family", &observed.family.show(), &family.show());
    }

    fn rights(&self, at: &Address, _: &Body, action: Action, cx: &Cx<'_>) -> Vec<Right> {
        match action {
            Action::Drop => vec![Right::Own(at.clone())],
            _ => vec![Right::superuser("an operator class", cx)],
        }
    }

    fn gives_results(&self, changes: Option<&[Change]>) -> bool {
        changes.is_none()
    }

    fn drop(&self, at: &Address, observed: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let (name, method) = split_using(at.name());
        let family = Address::new("operator family", [at.schema(), at.name()]);
        let own = observed.family == qualified(at.schema(), name);
        // Its own family would be left behind, and takes the class along.
        let wanted = cx.desired.get(at).filter(|entry| !entry.absent);
        let gone = wanted.is_none()
            || cx.desired.body::<Body>(at).is_some_and(|body| body.family != observed.family);
        let alone = own && gone && !cx.observed.model.contains(&family) && !cx.desired.contains(&family);
        let what = if alone { "FAMILY" } else { "CLASS" };
        let sql = format!("DROP OPERATOR {what} {} USING {}", qualified(at.schema(), name), ident(method));
        vec![Statement::new(Form::DropObject, sql).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        let bare: fn(&str) -> &str = |name| split_using(name).0;
        let mut steps = rename([from, at], bare, Form::Catalog, &called, cx)?;
        // The family that came with it has its name, and its schema.
        let own = qualified(at.schema(), bare(at.name()));
        if cx.observed.model.body::<Body>(at).is_some_and(|there| there.family == own) {
            let family = |it: &Address| sql_using("OPERATOR FAMILY", it.schema(), it.name());
            steps.extend(rename([from, at], bare, Form::Catalog, &family, cx)?);
        }
        Some(steps)
    }

    /// A family of its own is called as the class is.
    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        let family = |at: &Address| qualified(at.schema(), split_using(at.name()).0);
        if matches!(from.kind, "operator class" | "operator family") && body.family == family(from) {
            body.family = family(to);
        }
    }

    fn tail(&self) -> Tail {
        Tail::Method
    }

    fn retype(&self, name: &str, _: &mut dyn FnMut(&str) -> String) -> String {
        with_using(name)
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(called(at))
    }
}

/// What its operators or functions need: they stand in its family, and hold fast what they are made of.
fn of_members(catalog: &str) -> String {
    let which = member_of_class(catalog, "b");
    needs::query(catalog, &format!("ANY (ARRAY(SELECT b.oid FROM {catalog} b WHERE {which}))"))
}

/// `OPERATOR CLASS public.mood_ops USING btree`.
fn called(at: &Address) -> String {
    sql_using("OPERATOR CLASS", at.schema(), at.name())
}
