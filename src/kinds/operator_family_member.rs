//! Operators and functions that are in an operator family without an operator class.

use crate::delta::Alteration;
use crate::kind::{
    Context, Cx, Doc, Draft, Item, Place, Rank, Room, Row, Server, Tail, Visit, split_using, sql_using,
};
use crate::model::{Address, Entry, Observed};
use crate::needs;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Fragment, Phrase, cut_once, ident, member_of_no_class, qualified, retype_routine};
use crate::statement::{Statement, Step};

/// The room.
pub struct OperatorFamilyMember;

/// What stands at a place of the family: only PostgreSQL can tell which operator or function is meant.
#[derive(Debug, Clone)]
pub struct Body {
    member: Fragment,
    /// `schema.name` of the family that an operator orders by.
    order_by: Option<String>,
}

static DOC: Doc = Doc {
    name: "operator family member",
    summary: "An operator or a function that is in a family without a class, such as one that compares a type with another. \
              Its key is its place in the family: `operator 1 (int4, int8)`, `function 1 (int4, int8)`.",
    manual: "sql-alteropfamily",
    place: Place::Children { of: &["operator family"], key: "members" },
    rank: Rank::Class,
    main_key: Some("member"),
    keys: &[
        KeyDoc::new("member", Shape::Sql, "the operator, or the function with its types: `f(int4, int8)`"),
        KeyDoc::new(
            "for_order_by",
            Shape::Name,
            "an operator that orders: the family in whose order it gives its values",
        ),
    ],
    features: &[],
    example: "[operator_families.numbers.members]\n\"operator 1 (int4, int8)\" = \"<\"\n\
              \"function 1 (int4, int8)\" = \"btint48cmp(int4, int8)\"\n",
};

/// An operator `pg_operator o` and a function `pg_proc p` as SQL.
const OPERATOR: &str = "(SELECT quote_ident(x.nspname) || '.' || o.oprname FROM pg_operator o \
     JOIN pg_namespace x ON x.oid = o.oprnamespace WHERE o.oid = b.amopopr)";
const FUNCTION: &str = "(SELECT quote_ident(x.nspname) || '.' || quote_ident(p.proname) || '(' \
     || oidvectortypes(p.proargtypes) || ')' FROM pg_proc p JOIN pg_namespace x ON x.oid = p.pronamespace \
     WHERE p.oid = b.amproc)";

impl Room for OperatorFamilyMember {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let Some(host) = item.host.clone() else { return };
        let Some(place) = normal(&item.key.name) else {
            let message = format!("`{}` names no place in a family", item.key.name);
            let hint = "write `operator 1 (int4, int8)` or `function 1 (int4, int8)`";
            return item.problems.add_with_hint(item.key.span, message, hint);
        };
        let mut reader = item.reader();
        let order_by = reader.text("for_order_by");
        let Some((text, span)) = reader.required("member") else { return };
        let member = Fragment::written(text.trim(), span);
        let order_by = order_by.map(|name| item.resolve(&name));
        let order_by = order_by.map(|(schema, name)| qualified(&schema, &name));
        // The server may spell the types differently, and so the whole address.
        item.unnamed = true;
        item.address = Address::new(DOC.name, [host.schema(), host.name(), &place]);
        item.declare(Body { member, order_by });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_opfamily", "f.oid"));
        let branch = |catalog: &str, prefix: &str, [word, number, member, order_by]: [&str; 4]| {
            format!(
                "SELECT n.nspname AS schema, f.opfname || ' using ' || m.amname AS family, '{word} ' || b.{number} || ' (' \
                 || format_type(b.{prefix}lefttype, NULL) || ', ' || format_type(b.{prefix}righttype, NULL) || ')' AS name, \
                 {member} AS member, {order_by} AS order_by, {} AS needs FROM {catalog} b \
                 JOIN pg_opfamily f ON f.oid = b.{prefix}family JOIN pg_namespace n ON n.oid = f.opfnamespace \
                 JOIN pg_am m ON m.oid = f.opfmethod WHERE {ours} AND {own} AND {}",
                needs::query(catalog, "b.oid"),
                member_of_no_class(catalog, "b")
            )
        };
        let order_by = "(SELECT quote_ident(x.nspname) || '.' || quote_ident(s.opfname) FROM pg_opfamily s \
                        JOIN pg_namespace x ON x.oid = s.opfnamespace WHERE s.oid = b.amopsortfamily)";
        Some(format!(
            "{} UNION ALL {} ORDER BY 1, 2, 3",
            branch("pg_amop", "amop", ["operator", "amopstrategy", OPERATOR, order_by]),
            branch("pg_amproc", "amproc", ["function", "amprocnum", FUNCTION, "NULL"])
        ))
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_amop", "pg_amproc"]
    }

    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
        let path = [row.text("schema"), row.text("family"), row.text("name")];
        let body = Body { member: Fragment::plain(row.text("member")), order_by: row.owned("order_by") };
        let family = Address::new("operator family", [path[0], path[1]]);
        let mut entry = Entry::new(Address::new(DOC.name, path), body).part_of(family);
        entry.needs.extend(needs::read(row, "needs", server));
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { member, order_by } = observed;
        draft.fragment("member", member);
        draft.some("for_order_by", order_by.as_ref());
    }

    fn fragments(&self, at: &Address, body: &mut Body, visit: &mut Visit<'_>) {
        let method = ident(split_using(&at.path()[1]).1);
        let family = format!("pg_temp.pgr_family USING {method}");
        let (head, types) = cut(at);
        let is_operator = is_operator(at);
        let (catalog, member) = if is_operator { ("pg_amop b", OPERATOR) } else { ("pg_amproc b", FUNCTION) };
        let of = if is_operator { "b.amopfamily" } else { "b.amprocfamily" };
        let order_by = body.order_by.as_ref().map(|family| format!(" FOR ORDER BY {family}"));
        let context = Context::Part {
            setup: format!("CREATE OPERATOR FAMILY {family}"),
            host: None,
            before: format!(
                "ALTER OPERATOR FAMILY {family} ADD {head} {}",
                if is_operator { "" } else { types }
            ),
            after: if is_operator {
                format!(" {types}{}", order_by.unwrap_or_default())
            } else {
                String::new()
            },
            spelled: format!(
                "SELECT {member} FROM {catalog} JOIN pg_opfamily f ON f.oid = {of} \
                 WHERE f.opfnamespace = pg_my_temp_schema()"
            ),
        };
        visit("member", &mut body.member, context);
    }

    fn create(&self, at: &Address, desired: &Body, _: &Cx<'_>) -> Vec<Step> {
        let Body { member, order_by } = desired;
        let (head, types) = cut(at);
        let sql = Phrase::from(format!("ALTER {} ADD {head} ", called(at)));
        let sql = match is_operator(at) {
            true => sql.fragment(member).raw(" ").raw(types),
            false => sql.raw(types).raw(" ").fragment(member),
        };
        let sql = sql.with(order_by.as_ref(), |sql, family| sql.raw(" FOR ORDER BY ").raw(family));
        vec![Statement::new(Form::Catalog, sql).into()]
    }

    fn compare(&self, _: &Address, desired: &Body, observed: &Body, _: &Cx<'_>, out: &mut Alteration) {
        let Body { member, order_by } = desired;
        out.replaced("member", &observed.member, member);
        out.replaced("for_order_by", &observed.order_by, order_by);
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        let (head, types) = cut(at);
        let sql = format!("ALTER {} DROP {head} {types}", called(at));
        vec![Statement::new(Form::DropObject, sql).into()]
    }

    fn tail(&self) -> Tail {
        Tail::Types
    }

    fn retype(&self, name: &str, spell: &mut dyn FnMut(&str) -> String) -> String {
        let name = retype_routine(name, spell);
        normal(&name).unwrap_or(name)
    }
}

/// The place as addresses have it.
fn normal(name: &str) -> Option<String> {
    let (head, types) = cut_once(name, "(")?;
    let mut words = head.split_whitespace();
    let (word, number) = (words.next()?.to_lowercase(), words.next()?);
    let known = matches!(word.as_str(), "operator" | "function") && words.next().is_none();
    let types: Vec<&str> = types.strip_suffix(')')?.split(',').map(str::trim).collect();
    (known && number.parse::<u16>().is_ok()).then(|| format!("{word} {number} ({})", types.join(", ")))
}

/// `OPERATOR 1` and `(integer, bigint)`.
fn cut(at: &Address) -> (String, &str) {
    let name = at.name();
    let (head, types) = name.split_at(name.find('(').unwrap_or(name.len()));
    (head.trim().to_uppercase(), types)
}

fn is_operator(at: &Address) -> bool {
    at.name().starts_with("operator ")
}

/// `OPERATOR FAMILY public.numbers USING btree`.
fn called(at: &Address) -> String {
    sql_using("OPERATOR FAMILY", at.schema(), &at.path()[1])
}
