//! Text search configurations and dictionaries: one room with two doors.

use crate::delta::{Alteration, Change};
use crate::kind::{
    Cx, Doc, Draft, Item, Place, Rank, Room, Row, Seat, Server, dotless, rename_plain, split_name,
};
use crate::model::{Address, Entry, Observed};
use crate::source::{KeyDoc, Node, Shape, Value};
use crate::sql::{Form, cut, cut_once, ident, literal, qualified, unquoted};
use crate::statement::{Statement, Step};
use std::collections::BTreeMap;

/// The room of one of the two.
pub struct TextSearch {
    doc: &'static Doc,
    words: &'static str,
}

/// Configurations.
pub static CONFIGURATION: TextSearch =
    TextSearch { doc: &CONFIGURATION_DOC, words: "TEXT SEARCH CONFIGURATION" };
/// Dictionaries.
pub static DICTIONARY: TextSearch = TextSearch { doc: &DICTIONARY_DOC, words: "TEXT SEARCH DICTIONARY" };

/// A configuration or a dictionary.
#[derive(Debug, Clone)]
pub struct Body {
    /// The parser of a configuration, the template of a dictionary. Observed names have their schema, like those of
    /// dictionaries.
    base: String,
    /// The dictionaries for each sort of token.
    mappings: BTreeMap<String, Vec<String>>,
    /// The options of a dictionary.
    options: BTreeMap<String, String>,
}

/// The schema of what is PostgreSQL's own.
const OWN: &str = "pg_catalog";

static CONFIGURATION_DOC: Doc = Doc {
    name: "text search configuration",
    summary: "A text search configuration: which dictionaries are asked about which sort of token, in their order.",
    manual: "sql-createtsconfig",
    place: Place::InSchema("text_search_configurations"),
    rank: Rank::Sequence,
    main_key: None,
    keys: &[
        KeyDoc::new("parser", Shape::Name, "what cuts text into tokens; `default` if not given"),
        KeyDoc::new(
            "mappings",
            Shape::Table,
            "sorts of tokens, several with commas, and their dictionaries: `{ \"asciiword, word\" = [\"simple\"] }`",
        ),
    ],
    features: &[],
    example: "[text_search_configurations.plain.mappings]\n\"asciiword, word\" = [\"simple\"]\n",
};

static DICTIONARY_DOC: Doc = Doc {
    name: "text search dictionary",
    summary: "A text search dictionary: a template with its options.",
    manual: "sql-createtsdictionary",
    place: Place::InSchema("text_search_dictionaries"),
    rank: Rank::Type,
    main_key: None,
    keys: &[
        KeyDoc::new("template", Shape::Name, "what it works like: `simple`, `snowball`, `synonym`, …"),
        KeyDoc::new("options", Shape::Table, "what the template wants to know: `{ language = \"english\" }`"),
    ],
    features: &[],
    example: "[text_search_dictionaries.english_words]\ntemplate = \"snowball\"\noptions = { language = \"english\" }\n",
};

impl Room for TextSearch {
    type Body = Body;

    fn doc(&self) -> &'static Doc {
        self.doc
    }

    fn read(&self, item: &mut Item<'_>) {
        let is_dictionary = self.is_dictionary();
        let mut reader = item.reader();
        let base = match is_dictionary {
            true => reader.required("template").map(|(text, _)| text.to_string()),
            false => Some(reader.text("parser").unwrap_or_else(|| "default".to_string())),
        };
        let table = reader.table(if is_dictionary { "options" } else { "mappings" });
        let entries = table.map(|table| table.entries.as_slice()).unwrap_or_default();
        let (mut mappings, mut options) = (BTreeMap::new(), BTreeMap::new());
        for (key, node) in entries {
            if is_dictionary {
                match node.value.plain() {
                    Some(text) => _ = options.insert(key.name.to_lowercase(), text),
                    None => reader.problems().add(node.span, format!("`{}` wants a value", key.name)),
                }
                continue;
            }
            let Some(list) = names(node) else {
                reader.problems().add(node.span, format!("`{}` wants dictionaries", key.name));
                continue;
            };
            for token in key.name.split(',') {
                mappings.insert(token.trim().to_lowercase(), list.clone());
            }
        }
        for name in mappings.values().flatten() {
            let (schema, name) = item.resolve(name);
            item.need(Address::new(DICTIONARY_DOC.name, [schema, name]));
        }
        let Some(base) = base else { return };
        item.declare(Body { base, mappings, options });
    }

    fn catalog(&self, server: &Server) -> Option<String> {
        let seat = self.seat()?;
        let name = |schema: &str, name: &str| format!("quote_ident({schema}) || '.' || quote_ident({name})");
        let list = if self.is_dictionary() {
            format!(
                "SELECT n.nspname AS schema, x.dictname AS name, x.dictinitoption AS options, NULL AS mappings, {} AS base \
                 FROM {} JOIN pg_ts_template b ON b.oid = x.dicttemplate JOIN pg_namespace bn ON bn.oid = b.tmplnamespace",
                name("bn.nspname", "b.tmplname"),
                seat.from
            )
        } else {
            format!(
                "SELECT n.nspname AS schema, x.cfgname AS name, NULL AS options, {} AS base, \
                 (SELECT json_agg(json_build_array(tt.alias, {}) ORDER BY m.mapseqno) FROM pg_ts_config_map m \
                 JOIN ts_token_type(x.cfgparser) tt ON tt.tokid = m.maptokentype JOIN pg_ts_dict dd ON dd.oid = m.mapdict \
                 JOIN pg_namespace dn ON dn.oid = dd.dictnamespace WHERE m.mapcfg = x.oid) AS mappings \
                 FROM {} JOIN pg_ts_parser b ON b.oid = x.cfgparser JOIN pg_namespace bn ON bn.oid = b.prsnamespace",
                name("bn.nspname", "b.prsname"),
                name("dn.nspname", "dd.dictname"),
                seat.from
            )
        };
        Some(format!("{list} WHERE {} ORDER BY x.oid", seat.condition(server)))
    }

    fn seat(&self) -> Option<Seat> {
        Some(match self.is_dictionary() {
            true => Seat {
                class: "pg_ts_dict",
                oid: "x.oid",
                from: "pg_ts_dict x JOIN pg_namespace n ON n.oid = x.dictnamespace",
                path: "n.nspname, x.dictname",
                member: ("pg_ts_dict", "x.oid"),
                owner: Some("x.dictowner"),
                ..Seat::BARE
            },
            false => Seat {
                class: "pg_ts_config",
                oid: "x.oid",
                from: "pg_ts_config x JOIN pg_namespace n ON n.oid = x.cfgnamespace",
                path: "n.nspname, x.cfgname",
                member: ("pg_ts_config", "x.oid"),
                owner: Some("x.cfgowner"),
                ..Seat::BARE
            },
        })
    }

    fn catalogs(&self, _: &Address) -> &'static [&'static str] {
        &["pg_ts_config_map"]
    }

    fn observe(&self, row: &Row<'_>, _: &Server, out: &mut Observed) {
        let pairs: Vec<(String, String)> = row.parsed("mappings");
        let mut mappings: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut entry_needs = Vec::new();
        for (token, dictionary) in pairs {
            let path = split_name(&dictionary);
            if path.first().is_some_and(|schema| schema != OWN) {
                entry_needs.push(Address::new(DICTIONARY_DOC.name, path));
            }
            mappings.entry(token).or_default().push(dictionary);
        }
        let body =
            Body { base: row.text("base").to_string(), mappings, options: options(row.text("options")) };
        let mut entry = Entry::new(Address::new(self.doc.name, [row.text("schema"), row.text("name")]), body);
        entry.needs.extend(entry_needs);
        out.model.insert(entry);
    }

    fn write(&self, _: &Address, observed: &Body, draft: &mut Draft<'_>) {
        let Body { base, mappings, options } = observed;
        // A bare name is PostgreSQL's own, or that of a dictionary beside it which the file has.
        let beside = |name: &str| {
            let at = Address::new(DICTIONARY_DOC.name, [draft.schema(), name]);
            draft.model.contains(&at)
        };
        let said = |name: &String, of_dictionary: bool| match split_name(name).as_slice() {
            [schema, name] if schema == OWN && !(of_dictionary && beside(name)) => dotless(name),
            [schema, name] if schema == draft.schema() && of_dictionary && beside(name) => dotless(name),
            [schema, name] => format!("{}.{}", dotless(schema), dotless(name)),
            path => dotless(&path.concat()),
        };
        let base = said(base, false);
        if self.is_dictionary() {
            draft.text("template", base);
            let options: Vec<_> =
                options.iter().map(|(name, value)| (name, Value::String(value.clone()))).collect();
            draft.table("options", options);
            return;
        }
        // Sorts of tokens with the same dictionaries stand together.
        let mut together: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
        for (token, list) in mappings {
            together
                .entry(list.iter().map(|name| said(name, true)).collect())
                .or_default()
                .push(token.clone());
        }
        let list: Vec<(String, Value)> =
            together.into_iter().map(|(list, tokens)| (tokens.join(", "), Value::strings(list))).collect();
        draft.word("parser", &base, "default");
        draft.table("mappings", list);
    }

    fn create(&self, at: &Address, desired: &Body, cx: &Cx<'_>) -> Vec<Step> {
        let Body { base, mappings, options } = desired;
        let base = named(base, at, None, cx);
        let sql = match self.is_dictionary() {
            true => {
                let mut list = vec![format!("TEMPLATE = {base}")];
                list.extend(
                    options.iter().map(|(name, value)| format!("{} = {}", ident(name), literal(value))),
                );
                list.join(", ")
            }
            false => format!("PARSER = {base}"),
        };
        let sql = format!("CREATE {} ({sql})", self.called(at));
        let mut statements = vec![Statement::new(Form::Create, sql)];
        for (token, list) in mappings {
            statements.push(self.map(at, "ADD", token, list, cx));
        }
        vec![Step::direct(statements)]
    }

    fn compare(&self, at: &Address, desired: &Body, observed: &Body, cx: &Cx<'_>, out: &mut Alteration) {
        let Body { base, mappings, options } = desired;
        let attribute = if self.is_dictionary() { "template" } else { "parser" };
        out.replaced(attribute, &named(&observed.base, at, None, cx), &named(base, at, None, cx));
        if !out.is_empty() {
            return;
        }
        if *options != observed.options {
            let gone =
                observed.options.keys().filter(|name| !options.contains_key(*name)).map(|name| ident(name));
            let set = options.iter().filter(|(name, value)| observed.options.get(*name) != Some(value));
            let set = set.map(|(name, value)| format!("{} = {}", ident(name), literal(value)));
            let list: Vec<String> = gone.chain(set).collect();
            let sql = format!("ALTER {} ({})", self.called(at), list.join(", "));
            out.attribute("options", &observed.options, options, || {
                vec![Statement::new(Form::Catalog, sql).into()]
            });
        }
        let spelled = |list: &Vec<String>| {
            let list = list.iter().map(|name| named(name, at, Some(DICTIONARY_DOC.name), cx));
            list.collect::<Vec<_>>().join(", ")
        };
        for (token, list) in mappings {
            let there = observed.mappings.get(token).map(spelled);
            let wanted = spelled(list);
            if there.as_ref() != Some(&wanted) {
                let verb = if there.is_some() { "ALTER" } else { "ADD" };
                let from = there.map(|there| format!("{token}: {there}"));
                let change = Change { attribute: "mapping", from, to: Some(format!("{token}: {wanted}")) };
                out.note(change, vec![self.map(at, verb, token, list, cx).into()]);
            }
        }
        for (token, list) in observed.mappings.iter().filter(|(token, _)| !mappings.contains_key(*token)) {
            let change =
                Change { attribute: "mapping", from: Some(format!("{token}: {}", spelled(list))), to: None };
            let sql = format!("ALTER {} DROP MAPPING FOR {}", self.called(at), ident(token));
            out.note(change, vec![Statement::new(Form::Catalog, sql).into()]);
        }
    }

    fn drop(&self, at: &Address, _: &Body, _: &Cx<'_>) -> Vec<Step> {
        vec![Statement::new(Form::DropObject, format!("DROP {}", self.called(at))).into()]
    }

    fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
        rename_plain([from, at], Form::Catalog, &|it| self.called(it), cx)
    }

    fn follow(&self, body: &mut Body, from: &Address, to: &Address) {
        for name in body.mappings.values_mut().flatten() {
            let path = split_name(name);
            let at = Address::new(DICTIONARY_DOC.name, path.clone());
            let moved = at.moved(from, to, &|_| from.kind == "schema");
            if path.len() > 1 && moved != at {
                *name = qualified(moved.schema(), moved.name());
            }
        }
    }

    fn identity(&self, at: &Address) -> Option<String> {
        Some(self.called(at))
    }
}

impl TextSearch {
    fn is_dictionary(&self) -> bool {
        self.doc.name == DICTIONARY_DOC.name
    }

    fn called(&self, at: &Address) -> String {
        format!("{} {}", self.words, qualified(at.schema(), at.name()))
    }

    fn map(&self, at: &Address, verb: &str, token: &str, list: &[String], cx: &Cx<'_>) -> Statement {
        let list: Vec<String> =
            list.iter().map(|name| named(name, at, Some(DICTIONARY_DOC.name), cx)).collect();
        let (token, list) = (ident(token), list.join(", "));
        Statement::new(
            Form::Catalog,
            format!("ALTER {} {verb} MAPPING FOR {token} WITH {list}", self.called(at)),
        )
    }
}

/// A name as SQL. A bare one is PostgreSQL's own, unless there is one of `kind` in the object's own schema.
fn named(name: &str, at: &Address, kind: Option<&'static str>, cx: &Cx<'_>) -> String {
    let path = split_name(name);
    if let [schema, name] = path.as_slice() {
        return qualified(schema, name);
    }
    let own = kind.map(|kind| Address::new(kind, [at.schema(), &path.concat()]));
    match own.filter(|own| cx.desired.contains(own) || cx.observed.model.contains(own)) {
        Some(own) => qualified(own.schema(), own.name()),
        None => qualified(OWN, &path.concat()),
    }
}

/// The options of a dictionary, which the server keeps as `name = 'value', …`.
fn options(text: &str) -> BTreeMap<String, String> {
    let pair = |part: &str| {
        let (name, value) = cut_once(part, "=")?;
        Some((split_name(name.trim()).concat(), unquoted(value.trim())))
    };
    cut(text, ",").into_iter().filter_map(pair).collect()
}

fn names(node: &Node) -> Option<Vec<String>> {
    match &node.value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_string)).collect(),
        _ => None,
    }
}
