//! `docs/` is what the code says. `UPDATE_GOLDEN=1` writes it anew.

use crate::support::Run;
use pgreconcile::kinds::registry;
use serde_json::Value;
use std::{env, fs, path::Path};

fn golden(path: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().expect("a folder"))
            .and_then(|()| fs::write(&path, text))
            .expect("writable");
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == text, "{} is stale: run `UPDATE_GOLDEN=1 cargo test reference`", path.display());
}

#[test]
fn the_reference_is_fresh() {
    golden("docs/reference.md", &Run::offline().arg("reference").run().success().stdout);
}

#[test]
fn the_json_schema_is_fresh() {
    golden("docs/schema.json", &Run::offline().arg("json-schema").run().success().stdout);
}

#[test]
fn the_json_schema_takes_every_example() {
    let schema = Run::offline().arg("json-schema").run().success().json();
    let portal =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.toml")).expect("schema.toml");
    let registry = registry();
    let examples = registry.iter().map(|kind| (kind.doc().name, kind.doc().example));
    for (name, text) in examples.chain([("schema.toml", portal.as_str())]) {
        let document: Value = toml::from_str(text).expect("TOML");
        let complaint = refused(&schema, &schema, &document);
        assert!(complaint.is_none(), "{name}: {}", complaint.unwrap_or_default());
    }
}

#[test]
fn the_json_schema_refuses_what_the_tool_refuses() {
    let schema = Run::offline().arg("json-schema").run().success().json();
    let wrong = [
        "[tables.t.columns]\nid = { tipe = \"int\" }",
        "[tables.t.columns]\nid = 1",
        "[table.t]",
        "[reconcile]\nwait = 60",
        "[tables.t.columns]\nid = { type = \"int\", not_null = \"yes\" }",
        "grants = { to = \"a\" }",
    ];
    for text in wrong {
        Run::offline().file(text).arg("validate").run().code(5);
        let document: Value = toml::from_str(text).expect("TOML");
        assert!(refused(&schema, &schema, &document).is_some(), "the JSON Schema takes:\n{text}");
    }
}

/// Why `value` does not fit `schema`: as much of JSON Schema as ours uses, except patterns.
fn refused(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return refused(root, root.pointer(name.trim_start_matches('#'))?, value);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let refusals: Option<Vec<String>> =
            choices.iter().map(|choice| refused(root, choice, value)).collect();
        return refusals.map(|all| all.join("; "));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return Some(format!("{value} is not in {}", schema["enum"]));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() && types.contains(&"integer") => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !types.is_empty() && !types.contains(&is) {
        return Some(format!("{value} is no {}", types.join(" or ")));
    }
    match value {
        Value::Array(items) => items.iter().find_map(|item| refused(root, &schema["items"], item)),
        Value::Object(entries) => entries.iter().find_map(|(key, value)| {
            let inner = schema["properties"].get(key).unwrap_or(&schema["additionalProperties"]);
            match inner {
                Value::Bool(false) => Some(format!("unknown key `{key}`")),
                inner => refused(root, inner, value).map(|why| format!("{key}: {why}")),
            }
        }),
        _ => None,
    }
}
