//! A generator of schemas over all kinds. Names come from small pools, so that two schemas have much in common and
//! differ in details; types of a column stay among those that PostgreSQL converts by itself.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use std::fmt::Write as _;

pub struct Generator<'a> {
    rng: StdRng,
    major: u32,
    pub(super) roles: &'a [String; 2],
    out: String,
}

/// A schema as a file.
pub fn random(seed: u64, major: u32, roles: &[String; 2]) -> String {
    let mut generator = Generator { rng: StdRng::seed_from_u64(seed), major, roles, out: String::new() };
    generator.types();
    generator.routines();
    generator.tables();
    generator.views();
    generator.others();
    generator.rarer();
    generator.memberships();
    generator.out
}

/// Columns of every table: a name, the types it can have, defaults that fit all of them.
const COLUMNS: &[(&str, &[&str], &[&str])] = &[
    ("n", &["smallint", "integer", "bigint", "numeric(12,2)", "int4"], &["0", "1 + 2", "7"]),
    ("name", &["text", "varchar(40)", "character varying(80)"], &["'x'", "'it''s'", "lower('ABC')"]),
    (
        "at",
        &["timestamptz", "timestamp with time zone", "timestamptz(3)"],
        &["now()", "now() + interval '1 day'"],
    ),
    ("feeling", &["mood"], &["'ok'"]),
    ("price", &["money_amount"], &["10"]),
    ("tags", &["text[]", "varchar[]"], &["'{}'", "array['a', 'b']"]),
    ("data", &["jsonb"], &["'{}'", "'{\"a\": [1, 2]}'"]),
    ("during", &["tstzrange"], &["'empty'"]),
    ("flag", &["boolean", "bool"], &["true", "false"]),
    ("Größe", &["double precision", "float8"], &["1.5", "pi()"]),
];

impl Generator<'_> {
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_ratio(percent, 100)
    }

    pub(super) fn one<'t, T: ?Sized>(&mut self, list: &[&'t T]) -> &'t T {
        list.choose(&mut self.rng).copied().expect("something to choose from")
    }

    fn some<'t>(&mut self, list: &[&'t str], percent: u32) -> Vec<&'t str> {
        list.iter().copied().filter(|_| self.chance(percent)).collect()
    }

    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        let _ = writeln!(self.out, "{}", text.as_ref());
    }

    /// `key = value` now and then.
    pub(super) fn maybe(&mut self, percent: u32, key: &str, values: &[&str]) {
        if self.chance(percent) {
            let value = self.one(values);
            self.line(format!("{key} = {value}"));
        }
    }

    pub(super) fn comment(&mut self) {
        self.maybe(25, "comment", &["\"first\"", "\"second, it's \\\"odd\\\"\"", "'''a\nb'''"]);
    }

    fn types(&mut self) {
        self.line("[enums.mood]");
        let labels: &[&str] = &[
            r#"["sad", "ok", "happy"]"#,
            r#"["ok", "happy"]"#,
            r#"["happy", "ok", "sad", "very \"odd\""]"#,
            r#"["ok"]"#,
        ];
        let labels = self.one(labels);
        self.line(format!("labels = {labels}"));
        self.comment();
        self.line("[domains.money_amount]\ntype = \"numeric(12,2)\"");
        self.maybe(40, "default", &["\"0\"", "\"1.50\""]);
        let checks: &[&str] = &[
            r#"{ not_negative = "value >= 0" }"#,
            r#"{ not_negative = "value >= 0 and value < 1000000", even = "value % 2 = 0" }"#,
        ];
        self.maybe(60, "checks", checks);
        self.comment();
        if self.chance(50) {
            self.line("[composite_types.place]");
            let attributes = [r#"{ x = "float8", y = "float8" }"#, r#"{ x = "float8" }"#];
            self.maybe(100, "attributes", &attributes);
        }
        if self.chance(40) {
            self.line("[range_types.words]\nsubtype = \"text\"");
            self.maybe(50, "collation", &["\"C\""]);
        }
        if self.chance(60) {
            self.line("[sequences.numbers]");
            self.maybe(30, "type", &["\"integer\"", "\"bigint\""]);
            self.maybe(50, "increment", &["2", "10"]);
            self.maybe(30, "maxvalue", &["100000", "2000000"]);
            self.maybe(30, "cache", &["5"]);
            self.maybe(30, "cycle", &["true", "false"]);
            self.comment();
        }
    }

    fn routines(&mut self) {
        self.line("[functions.\"touched()\"]\nreturns = \"trigger\"\nlanguage = \"plpgsql\"");
        self.maybe(100, "body", &["\"begin return new; end\"", "\"begin\\n  return new;\\nend\""]);
        self.line("[functions.\"twice(int)\"]\narguments = \"n int\"\nreturns = \"int\"\nvolatility = \"immutable\"");
        self.maybe(100, "body", &["\"select 2 * n\"", "\"select n + n\""]);
        self.maybe(40, "strict", &["true", "false"]);
        self.maybe(30, "parallel", &["\"safe\"", "\"restricted\""]);
        self.maybe(30, "cost", &["5", "0.5"]);
        self.maybe(20, "security_definer", &["true"]);
        self.maybe(20, "set", &["{ work_mem = \"64MB\" }", "{ search_path = \"pg_catalog, public\" }"]);
        self.comment();
        if self.chance(50) {
            self.line(
                "[functions.\"twice(text)\"]\nreturns = \"text\"\narguments = \"words text default 'a'\"",
            );
            self.line("body = \"select words || words\"");
            self.maybe(50, "volatility", &["\"stable\"", "\"immutable\""]);
        }
        if self.chance(40) {
            self.line("[procedures.\"nothing()\"]");
            self.maybe(100, "body", &["\"select 1\"", "\"select 2\""]);
        }
        if self.chance(40) {
            self.line("[aggregates.\"total(numeric)\"]\nsfunc = \"numeric_add\"\nstype = \"numeric\"");
            self.maybe(50, "initcond", &["\"0\"", "\"1\""]);
            self.maybe(50, "combinefunc", &["\"numeric_add\""]);
        }
    }

    fn tables(&mut self) {
        for table in ["people", "Odd \"Table\"", "events"] {
            if table == "people" || self.chance(75) {
                self.table(table, table == "events");
            }
        }
        if self.chance(60) {
            self.partitioned();
        }
    }

    fn table(&mut self, name: &str, refers: bool) {
        let key = toml::Value::String(name.to_string()).to_string();
        self.line(format!("[tables.{key}]"));
        self.comment();
        // What is permanent refers to nothing that is not.
        if !refers && name != "people" {
            self.maybe(40, "unlogged", &["true"]);
        }
        self.maybe(
            25,
            "storage",
            &["{ fillfactor = 70 }", "{ fillfactor = 80, autovacuum_enabled = false }"],
        );
        self.maybe(15, "replica_identity", &["\"full\"", "\"nothing\""]);
        let secured = self.chance(25);
        self.line(format!("row_security = {secured}"));
        let chosen: Vec<_> = COLUMNS.iter().filter(|_| self.rng.random_ratio(65, 100)).collect();
        self.line(format!("[tables.{key}.columns]"));
        let identity = self.one(&["identity = \"always\", ", "identity = \"by default\", ", ""]);
        self.line(format!("id = {{ type = \"bigint\", {identity}primary_key = true }}"));
        for (column, types, defaults) in &chosen {
            let data_type = self.one(types);
            let mut text = format!("\"{column}\" = {{ type = \"{data_type}\"");
            if self.chance(40) {
                let default = toml::Value::String(self.one(defaults).to_string());
                let _ = write!(text, ", default = {default}");
            }
            if self.chance(30) {
                text.push_str(", not_null = true");
            }
            if self.chance(10) {
                text.push_str(", comment = \"a column\"");
            }
            if self.chance(10) {
                text.push_str(", statistics = 200");
            }
            text.push_str(" }");
            self.line(text);
        }
        if refers {
            let action = self.one(&["cascade", "set null", "no action", "restrict"]);
            let more =
                self.one(&["", ", deferrable = true", ", deferrable = true, initially = \"deferred\""]);
            self.line(format!(
                "person = {{ type = \"bigint\", references = \"people\", on_delete = \"{action}\"{more} }}"
            ));
        }
        let has = |name: &str| chosen.iter().any(|(column, ..)| *column == name);
        let short: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let (n, words, at, flag) = (has("n"), has("name"), has("at"), has("flag"));
        if n {
            let checks = ["n >= 0", "n between 0 and 10", "(n > 0) AND n <> 7", "n in (1, 2, 3)"];
            if self.chance(50) {
                let check = self.one(&checks);
                self.line(format!("[tables.{key}.checks]\n{short}_n = \"{check}\""));
            }
        }
        if n && words && self.chance(40) {
            self.line(format!("[tables.{key}.unique]"));
            let unique =
                self.one(&["[\"n\", \"name\"]", "[\"name\"]", "{ columns = [\"name\"], include = [\"n\"] }"]);
            self.line(format!("{short}_unique = {unique}"));
        }
        self.line(format!("[tables.{key}.indexes]"));
        if words {
            let definitions = [
                "[\"name\"]",
                "[\"lower(name)\", \"id desc\"]",
                "{ on = [\"name collate \\\"C\\\"\"], where = \"name <> ''\" }",
                "{ on = \"name\", method = \"hash\" }",
                "{ on = [\"name text_pattern_ops\"], with = { fillfactor = 80 } }",
            ];
            self.maybe(60, &format!("{short}_name_idx"), &definitions);
        }
        if at {
            let definitions = [
                "[\"at desc nulls last\"]",
                "{ on = \"at\", method = \"brin\" }",
                "{ on = \"at\", unique = true }",
            ];
            self.maybe(50, &format!("{short}_at_idx"), &definitions);
        }
        if has("data") {
            let definitions =
                ["{ on = \"data\", method = \"gin\" }", "{ on = \"data jsonb_path_ops\", method = \"gin\" }"];
            self.maybe(50, &format!("{short}_data_idx"), &definitions);
        }
        if has("during") && self.chance(40) {
            self.line(format!("[tables.{key}.exclude]"));
            let elements = [
                "{ on = [\"during with &&\"], method = \"gist\" }",
                "{ on = \"during with -|-\", method = \"gist\", deferrable = true }",
            ];
            self.maybe(100, &format!("{short}_during"), &elements);
        }
        if self.chance(40) {
            self.line(format!("[tables.{key}.triggers.touch]\ncall = \"touched()\"\nfor_each = \"row\""));
            self.maybe(100, "when", &["\"before\"", "\"after\""]);
            self.maybe(100, "events", &["[\"insert\"]", "[\"insert\", \"update\"]", "\"delete\""]);
            self.maybe(20, "enabled", &["\"no\"", "\"always\""]);
            if n {
                let unconditional =
                    self.out.ends_with("\"delete\"\n") || self.out.contains("events = \"delete\"\nenabled");
                if !unconditional {
                    self.maybe(30, "condition", &["\"new.n > 3\"", "\"new.n is not null\""]);
                }
            }
        }
        if secured {
            self.line(format!("[tables.{key}.policies.own]"));
            self.maybe(60, "command", &["\"select\"", "\"delete\"", "\"all\""]);
            self.maybe(30, "restrictive", &["true"]);
            let role = format!("\"{}\"", self.roles[0]);
            self.maybe(50, "to", &[role.as_str(), "\"public\""]);
            self.maybe(100, "using", &["\"id > 0\"", "\"id is not null and id < 10\""]);
        }
        if flag && n && self.chance(30) {
            self.line(format!("[tables.{key}.statistics]"));
            self.maybe(
                100,
                &format!("{short}_stats"),
                &["[\"n\", \"flag\"]", "{ on = [\"n\", \"flag\"], kinds = [\"mcv\"] }"],
            );
        }
        if self.chance(15) {
            self.line(format!("[tables.{key}.rules.kept]\nevent = \"delete\"\ninstead = true"));
            self.maybe(40, "condition", &["\"old.id > 5\"", "\"old.id > 6\""]);
        }
    }

    fn partitioned(&mut self) {
        self.line("[tables.logs]\npartition_by = \"range (at)\"\n[tables.logs.columns]");
        self.line("id = \"bigint\"\nat = { type = \"timestamptz\", not_null = true }");
        self.maybe(60, "message", &["\"text\"", "{ type = \"text\", default = \"''\" }"]);
        self.line("[tables.logs.indexes]");
        self.maybe(50, "logs_id_idx", &["[\"id\"]", "[\"id\", \"at\"]"]);
        self.line("[tables.logs.partitions]");
        self.line("logs_2025 = \"for values from ('2025-01-01') to ('2026-01-01')\"");
        self.maybe(50, "logs_2026", &["\"for values from ('2026-01-01') to ('2027-01-01')\""]);
        self.maybe(40, "logs_rest", &["\"default\""]);
    }

    fn views(&mut self) {
        if self.chance(60) {
            self.line("[views.ids]");
            let queries = [
                "\"select id from people\"",
                "\"select id, id * 2 as double from people where id > 3\"",
                "\"select p.id from people p\"",
            ];
            self.maybe(100, "query", &queries);
            self.maybe(30, "security_barrier", &["true"]);
            self.comment();
            if self.chance(50) {
                self.line("[views.more]");
                self.maybe(
                    100,
                    "query",
                    &["\"select id from ids\"", "\"select count(*) as count from ids\""],
                );
            }
        }
        if self.chance(40) {
            self.line("[materialized_views.counts]");
            self.maybe(
                100,
                "query",
                &["\"select count(*) as n from people\"", "\"select max(id) as n from people\""],
            );
            self.line("[materialized_views.counts.indexes]");
            self.maybe(50, "counts_n_idx", &["[\"n\"]", "[\"n desc\"]"]);
        }
    }

    fn others(&mut self) {
        if self.chance(30) {
            self.line("[publications.changes]\ntables = [\"people\"]");
            self.maybe(50, "publish", &["[\"insert\"]", "[\"insert\", \"update\"]"]);
        }
        if self.chance(30) {
            self.line("[text_search_configurations.plain.mappings]");
            self.maybe(100, "asciiword", &["[\"simple\"]", "[\"english_stem\"]"]);
            self.maybe(50, "word", &["[\"simple\"]"]);
        }
        self.line("[schemas.other]");
        self.comment();
        if self.chance(40) {
            self.line("[schemas.other.tables.things.columns]\nid = \"int\"");
            self.maybe(60, "name", &["\"text\"", "\"varchar(20)\""]);
        }
        for role in self.roles.clone() {
            self.line(format!("[roles.{role}]"));
            if self.chance(50) {
                let list = self.some(&["\"select\"", "\"insert\"", "\"update\""], 60);
                if !list.is_empty() {
                    self.line(format!(
                        "[[grants]]\nto = \"{role}\"\non = \"table people\"\nprivileges = [{}]",
                        list.join(", ")
                    ));
                }
            }
            if self.chance(20) {
                self.line(format!(
                    "[[grants]]\nto = \"{role}\"\non = \"function twice(int)\"\nprivileges = [\"execute\"]"
                ));
            }
        }
        if self.major >= 15 && self.chance(20) {
            self.line("[views.invoker]\nquery = \"select 1 as one\"\nsecurity_invoker = true");
        }
    }

    fn memberships(&mut self) {
        if self.chance(40) {
            let [group, member] = self.roles.clone();
            self.line(format!("[roles.{member}.member_of]\nroles = [\"{group}\"]"));
            self.maybe(40, "admin", &["true", "false"]);
            if self.major >= 16 {
                self.maybe(40, "inherit", &["true", "false"]);
                self.maybe(40, "set", &["true", "false"]);
            }
        }
    }
}
