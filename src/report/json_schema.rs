//! For editors: the language of `schema.toml` as a JSON Schema, which TOML language servers take too.

use crate::kind::{Kind, Place, Registry};
use crate::source::{KeyDoc, Shape};
use crate::spec::{SETTINGS, keys};
use serde_json::{Map, Value, json};

/// The JSON Schema (draft 7) of `schema.toml`.
pub fn json_schema(registry: &Registry) -> Value {
    let mut properties = Map::new();
    for key in keys::TOP {
        properties.insert(key.name.into(), property(key));
    }
    properties
        .insert("reconcile".into(), object(SETTINGS.iter().map(|key| (key.name.into(), property(key)))));
    let mut definitions = Map::new();
    for kind in registry.iter() {
        definitions.insert(reference_name(kind.doc().name), definition(kind, registry));
        match kind.doc().place {
            Place::Namespace(key) | Place::InSchema(key) | Place::Top(key) => {
                properties.insert(key.into(), many(kind));
            }
            Place::TopList(key) => {
                _ = properties.insert(key.into(), json!({ "type": "array", "items": one(kind) }))
            }
            Place::Children { .. } | Place::Single { .. } | Place::OnAny(_) => {}
        }
    }
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "schema.toml",
        "description": "what a PostgreSQL database is to look like, for pgreconcile",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "definitions": definitions,
    })
}

/// One object of a kind: its table of keys or, where there is a main key, that key's value alone.
fn definition(kind: &'static dyn Kind, registry: &Registry) -> Value {
    let doc = kind.doc();
    let own = doc.keys.iter().chain(keys::short(doc.name)).chain(keys::UNIVERSAL);
    let own = own.map(|key| (key.name.to_string(), property(key)));
    let inner = registry.iter().filter_map(|other| {
        let (key, value) = match other.doc().place {
            Place::Children { of, key } if of.contains(&doc.name) => (key, many(other)),
            Place::Single { of, key } if of.contains(&doc.name) => (key, one(other)),
            Place::InSchema(key) if matches!(doc.place, Place::Namespace(_)) => (key, many(other)),
            Place::OnAny(key) => (key, one(other)),
            _ => return None,
        };
        Some((key.to_string(), value))
    });
    let mut schema = object(own.chain(inner));
    schema["description"] = doc.summary.into();
    let main = doc.main_key.and_then(|main| doc.keys.iter().find(|key| key.name == main));
    let mut schema = match main {
        Some(main) if main.shape == Shape::Any => json!({ "description": doc.summary, "anyOf": [
            { "type": ["string", "number", "boolean", "array"] }, schema
        ] }),
        Some(main) => json!({ "description": doc.summary, "anyOf": [shape(main.shape), schema] }),
        None => schema,
    };
    schema["x-taplo"] = json!({ "links": { "key": super::manual_page(doc.manual) } });
    schema
}

fn object(properties: impl Iterator<Item = (String, Value)>) -> Value {
    let properties: Map<String, Value> = properties.collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// Objects of a kind by their names.
fn many(kind: &'static dyn Kind) -> Value {
    json!({ "type": "object", "additionalProperties": one(kind) })
}

fn one(kind: &'static dyn Kind) -> Value {
    json!({ "$ref": format!("#/definitions/{}", reference_name(kind.doc().name)) })
}

fn reference_name(kind: &str) -> String {
    kind.replace(' ', "_")
}

fn property(key: &KeyDoc) -> Value {
    let mut schema = shape(key.shape);
    schema["description"] = key.about.into();
    schema
}

fn shape(shape: Shape) -> Value {
    match shape {
        Shape::Sql | Shape::Name | Shape::Text | Shape::RowsFile => json!({ "type": "string" }),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Switch => json!({ "type": ["boolean", "object"] }),
        Shape::Integer => json!({ "type": "integer" }),
        Shape::Names | Shape::SqlList => {
            json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
        }
        Shape::OneOf(words) => {
            json!({ "anyOf": [{ "enum": words }, { "type": "string", "pattern": any_spelling(words) }] })
        }
        Shape::Table => json!({ "type": "object" }),
        Shape::Any => json!({}),
    }
}

/// A pattern that takes the words in any case, and `_` or `-` for the space.
fn any_spelling(words: &[&str]) -> String {
    let letter = |char: char| match char {
        ' ' => "[ _-]".to_string(),
        char => format!("[{}{char}]", char.to_ascii_uppercase()),
    };
    let words: Vec<String> = words.iter().map(|word| word.chars().map(letter).collect()).collect();
    format!("^({})$", words.join("|"))
}
