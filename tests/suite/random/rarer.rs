//! The rarer kinds of the generator.

use super::schema::Generator;

impl Generator<'_> {
    /// All of them.
    pub fn rarer(&mut self) {
        self.foreign();
        self.operators();
        self.casts();
        self.languages();
        self.event_triggers();
        self.default_privileges();
        self.rows();
        self.spellings();
    }

    fn foreign(&mut self) {
        if !self.chance(60) {
            return;
        }
        self.line("[foreign_data_wrappers.elsewhere]");
        self.maybe(40, "options", &["{ debug = \"true\" }", "{ debug = \"false\", more = \"it's 7\" }"]);
        self.comment();
        if !self.chance(70) {
            return;
        }
        self.line("[servers.archive]\nforeign_data_wrapper = \"elsewhere\"");
        self.maybe(40, "version", &["\"1\"", "\"2\""]);
        self.maybe(
            50,
            "options",
            &["{ host = \"archive.example\" }", "{ host = \"attic.example\", port = \"1\" }"],
        );
        self.comment();
        if self.chance(50) {
            self.line("[servers.archive.user_mappings.public]");
            self.maybe(60, "options", &["{ user = \"reader\" }", "{ user = \"writer\", \"a b\" = \"1\" }"]);
        }
        if self.chance(70) {
            self.line("[tables.past]\nserver = \"archive\"");
            self.maybe(
                50,
                "options",
                &["{ table_name = \"past\" }", "{ table_name = \"earlier\", fetch = \"7\" }"],
            );
            self.comment();
            self.line("[tables.past.columns]\nid = \"bigint\"");
            self.maybe(
                60,
                "name",
                &["\"text\"", "{ type = \"varchar(40)\", foreign_options = { column_name = \"called\" } }"],
            );
            self.maybe(40, "feeling", &["\"mood\"", "{ type = \"mood\", not_null = true }"]);
        }
    }

    fn operators(&mut self) {
        for name in ["same", "alike"] {
            self.line(format!(
                "[functions.\"{name}(text, text)\"]\narguments = \"a text, b text\"\nreturns = \"boolean\"\n\
                 volatility = \"immutable\""
            ));
            self.maybe(100, "body", &["\"select a = b\"", "\"select lower(a) = lower(b)\""]);
        }
        if self.chance(60) {
            self.line("[operators.\"===(text, text)\"]");
            self.maybe(100, "function", &["\"same\"", "\"alike\""]);
            self.maybe(40, "commutator", &["\"===\""]);
            self.maybe(40, "restrict", &["\"eqsel\"", "\"neqsel\""]);
            self.maybe(30, "hashes", &["true"]);
            self.comment();
            if self.chance(40) {
                self.line("[views.found]");
                self.maybe(
                    100,
                    "query",
                    &[
                        "\"select 'a'::text === 'b' as same\"",
                        "\"select id === 'a' as same from (select 'b'::text as id) s\"",
                    ],
                );
            }
        }
        if self.chance(50) {
            self.line(
                "[functions.\"backwards(int4, int4)\"]\narguments = \"a int4, b int4\"\nreturns = \"int4\"\n\
                 volatility = \"immutable\"\nbody = \"select btint4cmp(b, a)\"\n\
                 [operator_classes.backwards_ops]\ntype = \"int4\"",
            );
            let members = [
                "[\"OPERATOR 1 >\", \"OPERATOR 3 =\", \"OPERATOR 5 <\", \"FUNCTION 1 backwards(int4, int4)\"]",
                "[\"OPERATOR 1 >\", \"OPERATOR 2 >=\", \"OPERATOR 3 =\", \"OPERATOR 4 <=\", \"OPERATOR 5 <\", \
                 \"FUNCTION 1 backwards(int4, int4)\"]",
            ];
            self.maybe(100, "as", &members);
            self.comment();
            if self.chance(50) {
                self.line("[tables.ranked.columns]\nplace = \"int4\"\n[tables.ranked.indexes]");
                self.maybe(70, "ranked_place_idx", &["[\"place backwards_ops\"]", "[\"place\"]"]);
            }
        }
        if self.chance(40) {
            self.line("[operator_families.numbers]");
            self.comment();
            self.line("[operator_families.numbers.members]");
            self.maybe(60, "\"operator 1 (int4, int8)\"", &["\"<\"", "\"<=\""]);
            self.maybe(60, "\"function 1 (int4, int8)\"", &["\"btint48cmp(int4, int8)\""]);
        }
    }

    fn casts(&mut self) {
        if !self.chance(50) {
            return;
        }
        for name in ["as_mood", "to_mood"] {
            self.line(format!(
                "[functions.\"{name}(text)\"]\narguments = \"t text\"\nreturns = \"mood\"\nvolatility = \"stable\"\n\
                 body = \"select (enum_range(null::mood))[1]\""
            ));
        }
        self.line("[casts.\"text as mood\"]");
        self.maybe(100, "function", &["\"as_mood(text)\"", "\"to_mood(text)\""]);
        self.maybe(60, "context", &["\"assignment\"", "\"explicit\""]);
        self.comment();
    }

    fn languages(&mut self) {
        if !self.chance(30) {
            return;
        }
        self.line(
            "[functions.\"own_handler()\"]\nreturns = \"language_handler\"\nobj_file = \"$libdir/plpgsql\"\n\
             link_symbol = \"plpgsql_call_handler\"\n\
             [functions.\"own_inline(internal)\"]\narguments = \"i internal\"\nreturns = \"void\"\n\
             obj_file = \"$libdir/plpgsql\"\nlink_symbol = \"plpgsql_inline_handler\"\n\
             [languages.plown]\nhandler = \"own_handler\"",
        );
        self.maybe(50, "inline", &["\"own_inline\""]);
        self.maybe(50, "trusted", &["true", "false"]);
        self.comment();
        if self.chance(50) {
            self.line("[functions.\"in_it()\"]\nreturns = \"int\"\nlanguage = \"plown\"");
            self.maybe(100, "body", &["\"begin return 1; end\"", "\"begin return 2; end\""]);
        }
    }

    fn event_triggers(&mut self) {
        if !self.chance(40) {
            return;
        }
        for name in ["seen", "noted"] {
            self.line(format!(
                "[functions.\"{name}()\"]\nreturns = \"event_trigger\"\nlanguage = \"plpgsql\"\nbody = \"begin end\""
            ));
        }
        self.line("[event_triggers.watches]");
        self.maybe(100, "event", &["\"ddl_command_end\"", "\"ddl_command_start\""]);
        self.maybe(100, "call", &["\"seen()\"", "\"noted()\""]);
        self.maybe(50, "tags", &["[\"CREATE TABLE\"]", "[\"CREATE TABLE\", \"DROP TABLE\"]"]);
        self.maybe(30, "enabled", &["\"no\"", "\"always\"", "\"replica\""]);
        self.comment();
    }

    fn default_privileges(&mut self) {
        let [one, other] = self.roles.clone();
        for (sort, privileges) in [("tables", ["select", "insert"]), ("functions", ["execute", "execute"])] {
            if self.chance(30) {
                let privilege = self.one(&privileges);
                self.line(format!(
                    "[[default_privileges]]\nto = \"{one}\"\non = \"{sort}\"\nfor_role = \"{other}\"\n\
                     privileges = [\"{privilege}\"]"
                ));
                self.maybe(50, "in_schema", &["\"public\"", "\"other\""]);
            }
        }
    }

    fn rows(&mut self) {
        if !self.chance(50) {
            return;
        }
        self.line(
            "[tables.settings.columns]\nkey = { type = \"text\", primary_key = true }\nvalue = \"jsonb\"",
        );
        self.line("[tables.settings.rows]\nkey = \"key\"");
        self.maybe(50, "mode", &["\"sync\"", "\"upsert\""]);
        let values = [
            "[{ key = \"theme\", value = { name = \"dark\" } }]",
            "[{ key = \"theme\", value = { name = \"light\" } }, { key = \"it's\", value = 1 }]",
        ];
        self.maybe(100, "values", &values);
    }

    /// What says how text is to be read and sorted.
    fn spellings(&mut self) {
        if self.chance(40) {
            self.line("[collations.plain]\nprovider = \"libc\"");
            self.maybe(100, "locale", &["\"C\"", "\"POSIX\""]);
            self.comment();
            if self.chance(60) {
                self.line("[tables.spelt.columns]");
                self.maybe(100, "word", &["{ type = \"text\", collation = \"plain\" }", "\"text\""]);
            }
        }
        if self.chance(40) {
            self.line("[text_search_dictionaries.words]\ntemplate = \"snowball\"");
            self.maybe(100, "options", &["{ language = \"english\" }", "{ language = \"german\" }"]);
            self.comment();
        }
    }
}
