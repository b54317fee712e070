//! Sequences of their own: those of serial and identity columns belong to the column's room.

use crate::delta::{Alteration, Show};
use crate::kind::{
    Cx, Doc, Draft, Item, Place, Privileges, Rank, Room, Row, Seat, Server, as_list, dotless, rename_plain,
    split_name,
};
use crate::model::{Address, Entry, Observed};
use crate::pg::Feature;
use crate::source::{KeyDoc, Shape};
use crate::sql::{Form, Next, auto_name, ident, next_number, qualified, sequence_of_a_column};
use crate::statement::{Statement, Step};

/// The room.
pub struct Sequence;

/// The type of its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// 16 bits.
    Small,
    /// 32 bits.
    Integer,
    /// 64 bits.
    Big,
}

/// A sequence; what the file does not say is PostgreSQL's default for its type and direction.
#[derive(Debug, Clone)]
pub struct Body {
    data_type: Type,
    increment: i64,
    minvalue: i64,
    maxvalue: i64,
    start: i64,
    cache: i64,
    cycle: bool,
    unlogged: bool,
    /// The column with which it goes.
    owned_by: Option<Owner>,
}

/// A column, by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner(Address);

impl Show for Type {
    fn show(&self) -> Option<String> {
        Some(self.name().to_string())
    }
}

impl Show for Owner {
    fn show(&self) -> Option<String> {
        Some(self.0.path().join("."))
    }
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Type::Small => "smallint",
            Type::Integer => "integer",
            Type::Big => "bigint",
        }
    }

    fn bounds(self) -> (i64, i64) {
        match self {
            Type::Small => (i16::MIN.into(), i16::MAX.into()),
            Type::Integer => (i32::MIN.into(), i32::MAX.into()),
            Type::Big => (i64::MIN, i64::MAX),
        }
    }

    /// The least and the greatest number, where the sequence does not say.
    fn limits(self, increment: i64) -> (i64, i64) {
        let (least, greatest) = self.bounds();
        if increment > 0 { (1, greatest) } else { (least, -1) }
    }
}

const TYPES: &[(&str, Type)] =
    &[("smallint", Type::Small), ("integer", Type::Integer), ("bigint", Type::Big)];

static DOC: Doc = Doc {
    name: "sequence",
    summary: "A sequence of its own. A sequence that belongs to a column whose default takes numbers from it is the \
              column's: say `serial` or `identity` there. What is not given is PostgreSQL's default for the type and \
              the direction.",
    manual: "sql-createsequence",
    place: Place::InSchema("sequences"),
    rank: Rank::Sequence,
    main_key: None,
    keys: &[
        KeyDoc::new(
            "type",
            Shape::OneOf(&["smallint", "integer", "bigint"]),
            "the type of its numbers; `bigint` if not given",
        ),
        KeyDoc::new("increment", Shape::Integer, "from one number to the next; negative to count down"),
        KeyDoc::new("minvalue", Shape::Integer, "the least number"),
        KeyDoc::new("maxvalue", Shape::Integer, "the greatest number"),
        KeyDoc::new("start", Shape::Integer, "the first number; that of a sequence in use is not set back"),
        KeyDoc::new("cache", Shape::Integer, "how many numbers a session takes at once"),
        KeyDoc::new("cycle", Shape::Boolean, "begins anew at its end"),
        KeyDoc::new(
            "unlogged",
            Shape::Boolean,
            "not written to the write-ahead log; begins anew after a crash (PostgreSQL 15)",
        ),
        KeyDoc::new(
            "owned_by",
            Shape::Name,
            "the column with which it is dropped: `table.column`; its owner is then that of the table",
        ),
    ],
    features: &[("unlogged", Feature::UnloggedSequences)],
    example: "[sequences]\ninvoice_numbers = { start = 1000, maxvalue = 999999 }\n\
              countdown = { type = \"smallint\", increment = -1 }\n",
};

impl Room for Sequence {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        &DOC
    }

    fn read(&self, item: &mut Item<'_>) {
        let mut reader = item.reader();
        let data_type = reader.one_of("type", TYPES).unwrap_or(Type::Big);
        let increment = reader.integer("increment").unwrap_or(1);
        let (least, greatest) = data_type.limits(increment);
        let minvalue = reader.integer("minvalue").unwrap_or(least);
        let maxvalue = reader.integer("maxvalue").unwrap_or(greatest);
        let first = if increment > 0 { minvalue } else { maxvalue };
        let start = reader.integer("start").unwrap_or(first);
        let cache = reader.integer("cache").unwrap_or(1);
        let cycle = reader.flag("cycle");
        let (unlogged, place) = (reader.flag("unlogged"), reader.span_of("unlogged"));
        let (bottom, top) = data_type.bounds();
        let mistakes = [
            ("increment", increment == 0, "a sequence cannot stand still".to_string()),
            ("cache", cache < 1, "a session takes at least one number".to_string()),
            ("minvalue", minvalue < bottom, format!("{minvalue} is no {}", data_type.name())),
            ("maxvalue", maxvalue > top, format!("{maxvalue} is no {}", data_type.name())),
            ("minvalue", minvalue >= maxvalue, format!("{minvalue} is not less than {maxvalue}")),
            (
                "start",
                start < minvalue || start > maxvalue,
                format!("{start} is not between {minvalue} and {maxvalue}"),
            ),
        ];
        if let Some((key, _, message)) = mistakes.into_iter().find(|(_, wrong, _)| *wrong) {
            let span = reader.span_of(key);
            reader.problems().add(span, message);
        }
        let owner = reader.string("owned_by");
        let owned_by = owner.and_then(|(text, span)| {
            let parts = split_name(text);
            let path = match parts.as_slice() {
                [table, column] => [item.schema, table, column],
                [schema, table, column] => [schema.as_str(), table, column],
                _ => {
                    item.problems.add(span, format!("`{text}` is not of the form `table.column`"));
                    return None;
                }
            };
            let column = Address::new("column", path);
            // The default of the column may take numbers from it.
            item.mention(column.clone(), span);
            Some(Owner(column))
        });
        if unlogged {
            item.want(Feature::UnloggedSequences, place);
        }
        item.declare(Body {
            data_type,
            increment,
            minvalue,
            maxvalue,
            start,
            cache,
            cycle,
            unlogged,
            owned_by,
        });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let (ours, own) = (server.in_schemas("n.nspname"), server.is_read("pg_class", "c.oid"));
        Some(format!(
            "SELECT n.nspname AS schema, c.relname AS name, format_type(s.seqtypid, NULL) AS type, \
             s.seqincrement AS increment, s.seqmin AS minvalue, s.seqmax AS maxvalue, s.seqstart AS start, \
             s.seqcache AS cache, s.seqcycle AS cycle, c.relpersistence = 'u' AS unlogged, \
             (SELECT to_json(ARRAY[rn.nspname, r.relname, a.attname]::text[]) FROM pg_depend q \
             JOIN pg_class r ON r.oid = q.refobjid JOIN pg_namespace rn ON rn.oid = r.relnamespace \
             JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = q.refobjsubid \
             WHERE q.classid = 'pg_class'::regclass AND q.objid = c.oid \
             AND q.refclassid = 'pg_class'::regclass AND q.deptype = 'a') AS owner, \
             EXISTS (SELECT FROM pg_depend q JOIN pg_attrdef f ON f.adrelid = q.refobjid AND f.adnum = q.refobjsubid \
             JOIN pg_depend u ON u.classid = 'pg_attrdef'::regclass AND u.objid = f.oid AND u.refobjid = c.oid \
             WHERE q.classid = 'pg_class'::regclass AND q.objid = c.oid AND q.deptype = 'a') AS in_use \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid \
             WHERE c.relkind = 'S' AND NOT {} AND {ours} AND {own} ORDER BY c.oid",
            sequence_of_a_column()
        ))
    }

    fn seat(&self) -> Option<Seat> {
        let privileges = Privileges { acl: "c.relacl", letter: 's', called: "SEQUENCE", implicit: None };
        Some(Seat { only: "c.relkind = 'S'", privileges: Some(privileges), ..Seat::RELATION })
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let owner = row.list("owner");
        let owner = (owner.len() == 3).then(|| Address::new("column", owner));
        let body = Body {
            data_type: match row.text("type") {
                "smallint" => Type::Small,
                "integer" => Type::Integer,
                _ => Type::Big,
            },
            increment: row.number("increment"),
            minvalue: row.number("minvalue"),
            maxvalue: row.number("maxvalue"),
            start: row.number("start"),
            cache: row.number("cache"),
            cycle: row.flag("cycle"),
            unlogged: row.flag("unlogged"),
            owned_by: owner.clone().map(Owner),
        };
        let mut entry = Entry::new(Address::new(DOC.name, [row.text("schema"), row.text("name")]), body);
        if let Some(column) = owner {
            // Nobody can drop it before a column whose default takes numbers from it.
            entry = match row.flag("in_use") {
                true => {
                    // The column and its table take it along, unless it belongs to another by then.
                    entry.uses = vec![Address::new("table", &column.path()[..2]), column.clone()];
                    entry.part_of(column)
                }
                false => entry.needing(Address::new("table", &column.path()[..2])).needing(column),
            };
        }
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { data_type, increment, minvalue, maxvalue, start, cache, cycle, unlogged, owned_by } =
            observed;
        let (least, greatest) = data_type.limits(*increment);
        draft.word("type", data_type.name(), Type::Big.name());
        draft.number("increment", *increment, 1);
        draft.number("minvalue", *minvalue, least);
        draft.number("maxvalue", *maxvalue, greatest);
        draft.number("start", *start, if *increment > 0 { *minvalue } else { *maxvalue });
        draft.number("cache", *cache, 1);
        draft.flag("cycle", *cycle);
        draft.flag("unlogged", *unlogged);
        if let Some(Owner(column)) = owned_by {
            let table = draft.name(column.schema(), &column.path()[1]);
            draft.text("owned_by", format!("{table}.{}", dotless(column.name())));
        }
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        if let Some(column) = served(at, cx) {
            return released(at, desired, &column, cx);
        }
        let Body { data_type, increment, minvalue, maxvalue, start, cache, cycle, unlogged, owned_by } =
            desired;
        let (least, greatest) = data_type.limits(*increment);
        let first = if *increment > 0 { *minvalue } else { *maxvalue };
        let clauses = [
            (*data_type != Type::Big).then(|| as_type(*data_type)),
            (*increment != 1).then(|| number("INCREMENT BY", *increment)),
            (*minvalue != least).then(|| number("MINVALUE", *minvalue)),
            (*maxvalue != greatest).then(|| number("MAXVALUE", *maxvalue)),
            (*start != first).then(|| number("START WITH", *start)),
            (*cache != 1).then(|| number("CACHE", *cache)),
            cycle.then(|| " CYCLE".to_string()),
        ];
        let clauses: String = clauses.into_iter().flatten().collect();
        let word = if *unlogged { "CREATE UNLOGGED SEQUENCE" } else { "CREATE SEQUENCE" };
        let create = Statement::new(Form::Create, format!("{word} {}{clauses}", name(at))).into();
        let owned_by = owned_by.as_ref().map(|owner| belong(at, Some(owner), cx));
        [create].into_iter().chain(owned_by).collect()
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { data_type, increment, minvalue, maxvalue, start, cache, cycle, unlogged, owned_by } =
            desired;
        let there = observed;
        let clauses = [
            (there.data_type != *data_type).then(|| as_type(*data_type)),
            (there.increment != *increment).then(|| number("INCREMENT BY", *increment)),
            (there.minvalue != *minvalue).then(|| number("MINVALUE", *minvalue)),
            (there.maxvalue != *maxvalue).then(|| number("MAXVALUE", *maxvalue)),
            (there.start != *start).then(|| number("START WITH", *start)),
            (there.cache != *cache).then(|| number("CACHE", *cache)),
            (there.cycle != *cycle).then(|| if *cycle { " CYCLE" } else { " NO CYCLE" }.to_string()),
        ];
        let clauses: String = clauses.into_iter().flatten().collect();
        // The bounds hold for each other and for the start, so that all of it is said at once.
        let (from, to) = ((there.minvalue, there.maxvalue), (*minvalue, *maxvalue));
        let turned = (there.increment < 0) != (*increment < 0);
        let Next { before, restart } = next_number(&name(at), turned, *increment < 0, from, to, *start);
        let alter = format!("ALTER SEQUENCE {}{clauses}{restart}", name(at));
        let statements = before.into_iter().chain([alter]);
        let statement = |sql| Step::from(Statement::new(Form::AlterSequence, sql));
        let mut steps = Some(statements.map(statement).collect::<Vec<Step>>());
        let mut once = || steps.take().unwrap_or_default();
        out.attribute("type", &there.data_type, data_type, &mut once);
        out.attribute("increment", &there.increment, increment, &mut once);
        out.attribute("minvalue", &there.minvalue, minvalue, &mut once);
        out.attribute("maxvalue", &there.maxvalue, maxvalue, &mut once);
        out.attribute("start", &there.start, start, &mut once);
        out.attribute("cache", &there.cache, cache, &mut once);
        out.attribute("cycle", &there.cycle, cycle, &mut once);
        out.attribute("owned_by", &there.owned_by, owned_by, || vec![belong(at, owned_by.as_ref(), cx)]);
        out.attribute("unlogged", &there.unlogged, unlogged, || {
            let word = if *unlogged { "UNLOGGED" } else { "LOGGED" };
            let sql = format!("ALTER SEQUENCE {} SET {word}", name(at));
            vec![Statement::new(Form::RenameSequence, sql).into()]
        });
    }

    fn drop(&self, at: &Address, observed: &Body, cx: &Cx<'_>) -> Vec<Step> {
        // That of a column that becomes a serial or an identity column is the column's from then on.
        let numbered = |Owner(column): &Owner| cx.attribute(column, "numbered").is_some();
        if observed.owned_by.as_ref().is_some_and(numbered) && cx.desired.get(at).is_none() {
            return Vec::new();
        }
        if is_to_serve(at, cx) {
            return Vec::new();
        }
        vec![Statement::new(Form::DropObject, format!("DROP SEQUENCE {}", name(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        // It comes into another schema with the table that it belongs to, and not by itself.
        let there = cx.observed.model.body::<Body>(at);
        let owned = there.is_some_and(|there| there.owned_by.is_some());
        let from = if owned { from.in_schema(at.schema()) } else { from.clone() };
        if from == *at {
            return Some(Vec::new());
        }
        rename_plain([&from, at], Form::RenameSequence, &|it| format!("SEQUENCE {}", name(it)), cx)
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        if let (Some(Owner(column)), "schema" | "table" | "column") = (&mut body.owned_by, from.kind) {
            *column = column.moved(from, to, &|_| true);
        }
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(format!("SEQUENCE {}", name(at)))
    }

    fn attribute(&self, body: &Body, name: &str) -> Option<String> {
        let Owner(column) = body.owned_by.as_ref().filter(|_| name == "follows")?;
        Some(as_list(&column.path()[..2]))
    }
}

fn name(at: &Address) -> String {
    qualified(at.schema(), at.name())
}

/// The serial column of which it is the sequence until now, where it is not to stay that.
fn served(at: &Address, cx: &Cx<'_>) -> Option<Address> {
    let own = as_list(at.path());
    let columns = cx.observed.model.iter().filter(|there| there.address.kind == "column");
    let mut columns = columns.map(|there| &there.address);
    let column = columns
        .find(|column| cx.observed_attribute(column, "sequence of serial").is_some_and(|path| path == own))?;
    let declared = cx.desired.get(column).is_some_and(|entry| !entry.absent);
    (!declared || cx.attribute(column, "numbered").is_none()).then(|| column.clone())
}

/// What makes it one of its own, with the number that it has come to. A column that is changed, or goes, lets go of it.
fn released(at: &Address, desired: &Body, column: &Address, cx: &Cx<'_>) -> Vec<Step> {
    let stays = cx.desired.get(column).is_none() && !cx.goes(column);
    match &desired.owned_by {
        Some(owner) => vec![belong(at, Some(owner), cx)],
        None if stays => vec![belong(at, None, cx)],
        None => Vec::new(),
    }
}

/// Whether a column that is there becomes a serial one, whose sequence has this name.
fn is_to_serve(at: &Address, cx: &Cx<'_>) -> bool {
    let columns = cx.desired.iter().filter(|entry| entry.address.kind == "column" && !entry.absent);
    let mut columns = columns.map(|entry| &entry.address).filter(|column| column.schema() == at.schema());
    columns.any(|column| {
        let usual = || auto_name(&column.path()[1], column.name(), "seq");
        let serial = cx.attribute(column, "numbered").is_some() && cx.attribute(column, "identity").is_none();
        let there = cx.observed.model.contains(column) && cx.observed_attribute(column, "numbered").is_none();
        serial && there && cx.attribute(column, "sequence name").unwrap_or_else(usual) == at.name()
    })
}

fn as_type(data_type: Type) -> String {
    format!(" AS {}", data_type.name())
}

fn number(words: &str, number: i64) -> String {
    format!(" {words} {number}")
}

/// `OWNED BY`, which wants both to have one owner.
fn belong(at: &Address, owner: Option<&Owner>, cx: &Cx<'_>) -> Step {
    let Some(Owner(column)) = owner else {
        let sql = format!("ALTER SEQUENCE {} OWNED BY NONE", name(at));
        return Statement::new(Form::AlterSequence, sql).into();
    };
    let table = column.host("table");
    let sql = format!("ALTER SEQUENCE {} OWNED BY {}.{}", name(at), table.relation(), ident(column.name()));
    let role = |of: &Address| {
        let role = Address::about("owner", Vec::<String>::new(), of.clone());
        cx.observed_attribute(&role, "role").unwrap_or_else(|| cx.server.user.clone())
    };
    let (role, own) = (role(&table), role(at));
    let give = (role != own).then(|| {
        let sql = format!("ALTER SEQUENCE {} OWNER TO {}", name(at), ident(&role));
        Statement::on(&table, Form::AlterTable, sql)
    });
    let own = Statement::on(&table, Form::AlterTable, sql);
    Step::direct(give.into_iter().chain([own])).after([column.clone()])
}
