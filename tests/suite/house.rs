//! The tests that hold the shape of the house: floors, corridor and rooms, sizes, nothing forgotten.

mod source;

use crate::support;
use pgreconcile::Reconciler;
use pgreconcile::kind::Place;
use pgreconcile::kinds::registry;
use pgreconcile::sql::NON_PLAIN_KEYWORDS;
use source::{Source, root, sources};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// The modules of the library from the bottom up. A module imports only from floors below its own.
const FLOORS: &[&[&str]] = &[
    &["error"],
    &["source"],
    &["sql"],
    &["config"],
    &["pg"],
    &["model"],
    &["statement"],
    &["delta"],
    &["kind"],
    &["equality"],
    &["repair", "needs", "partitions"],
    &["kinds"],
    &["session"],
    &["state"],
    &["trust"],
    STAGES,
    &["reconcile"],
];

/// The stages of a run.
const STAGES: &[&str] =
    &["spec", "observe", "adopt", "canon", "diff", "plan", "apply", "report", "inspect", "scope"];

/// What stages may know of each other: who imports whom.
const BETWEEN_STAGES: &[(&str, &str)] = &[
    ("canon", "adopt"),  // which names the database still has
    ("diff", "adopt"),   // which differences are renames
    ("plan", "diff"),    // deltas and drift
    ("apply", "plan"),   // what to execute
    ("report", "plan"),  // what to tell
    ("inspect", "spec"), // short forms
    ("report", "scope"), // what is left alone
    ("report", "spec"),  // the keys of `[reconcile]`, for the reference
];

/// Who may import the rooms: only where the registry is put to use.
const KNOWS_THE_ROOMS: &[&str] = &["reconcile"];

/// String literals outside the rooms that are equal to the name of a kind, and why.
const NAMED_IN_THE_CORRIDOR: &[(&str, &str, &str)] = &[
    ("src/apply/witness.rs", "table", "a column of its own query"),
    ("src/apply/witness.rs", "schema", "a column of its own query"),
    ("src/report/json.rs", "table", "a key of the JSON document, where the locked table stands"),
    ("src/report/json_schema.rs", "enum", "a word of JSON Schema"),
    ("src/report/reference.rs", "table", "a sort of TOML value"),
    ("src/canon/question.rs", "table", "a keyword"),
    ("src/sql/form.rs", "rows", "a sort of work"),
    ("src/sql/quote.rs", "check", "a keyword"),
    ("src/sql/quote.rs", "cast", "a keyword"),
    ("src/sql/quote.rs", "collation", "a keyword"),
    ("src/sql/quote.rs", "column", "a keyword"),
    ("src/sql/quote.rs", "grant", "a keyword"),
    ("src/sql/quote.rs", "table", "a keyword"),
    ("src/trust/mod.rs", "table", "a keyword"),
    ("src/trust/mod.rs", "collation", "what a name may stand for, in a query of its own"),
    ("src/trust/queries.rs", "collation", "what a name may stand for, in a query of its own"),
];

/// Places that are about something else: what rooms share of the catalog, short forms (keys as TOML writes them), commands.
const NOT_THE_CORRIDOR: &[&str] = &[
    "src/kinds/",
    "src/needs.rs",
    "src/cli/",
    "src/spec/shorthand.rs",
    "src/spec/shorten.rs",
    "src/spec/partitions.rs",
    "src/spec/keys.rs",
];

/// Functions that are longer than [`LONGEST_FUNCTION`], and why.
const LONG_FUNCTIONS: &[(&str, &str, &str)] = &[("src/state.rs", "definition", "one SQL text")];

const LONGEST_FUNCTION: usize = 60;
const LONGEST_FILE: usize = 600;

fn floor(module: &str) -> usize {
    FLOORS
        .iter()
        .position(|floor| floor.contains(&module))
        .unwrap_or_else(|| panic!("`{module}` has no floor: give it one in FLOORS"))
}

/// The module at the top that an item named after `crate::` belongs to.
fn home(name: &str) -> &str {
    match name {
        "Error" | "ErrorKind" | "Result" => "error",
        "Options" | "Reconciler" => "reconcile",
        module => module,
    }
}

/// The words after each occurrence of `prefix` in the code, with their lines.
fn after<'s>(source: &'s Source, prefix: &str) -> Vec<(usize, &'s str)> {
    let mut found = Vec::new();
    for (number, line) in source.code.iter().enumerate() {
        for (at, _) in line.match_indices(prefix) {
            let before = line[..at].chars().next_back();
            if before.is_some_and(|char| char.is_alphanumeric() || char == '_' || char == ':') {
                continue;
            }
            let rest = &line[at + prefix.len()..];
            let end = rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len());
            found.push((number + 1, &rest[..end]));
        }
    }
    found
}

/// The library: `src` without the command line.
fn library() -> Vec<Source> {
    let outside = |source: &Source| source.path.starts_with("src/cli/") || source.path == "src/main.rs";
    sources("src").into_iter().filter(|source| !outside(source)).collect()
}

#[track_caller]
fn nothing(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn imports_run_downwards_only() {
    let mut complaints = Vec::new();
    for source in library().iter().filter(|source| source.path != "src/lib.rs") {
        let own = source.module()[0].to_string();
        for (line, name) in after(source, "crate::") {
            let place = format!("{}:{line}", source.path);
            if name.is_empty() {
                complaints.push(format!(
                    "{place}: write one `use crate::…` a module, so that this test can read it"
                ));
                continue;
            }
            let other = home(name);
            let listed = BETWEEN_STAGES.contains(&(own.as_str(), other));
            if other != own && !listed && floor(other) >= floor(&own) {
                complaints.push(format!("{place}: `{own}` must not import `{other}`, which is not below it"));
            }
            if other == "kinds" && own != "kinds" && !KNOWS_THE_ROOMS.contains(&own.as_str()) {
                complaints.push(format!("{place}: `{own}` must not know the rooms"));
            }
        }
        let depth = source.module().len();
        for (number, line) in source.code.iter().enumerate() {
            if line.contains(&"super::".repeat(depth)) {
                complaints.push(format!("{}:{}: leaves its module by `super`", source.path, number + 1));
            }
        }
    }
    nothing(&complaints);
}

#[test]
fn modules_form_no_circle() {
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in library().iter().filter(|source| source.path != "src/lib.rs") {
        let module = source.module();
        let own = arrows.entry(module[0].to_string()).or_default();
        own.extend(
            after(source, "crate::")
                .iter()
                .map(|(_, name)| home(name).to_string())
                .filter(|name| name != module[0]),
        );
        // Siblings within one module. A parent and its child may know each other: they are one thing in two files.
        let Some((_, place)) = module.split_last().filter(|(_, place)| !place.is_empty()) else { continue };
        let own = arrows.entry(module.join("::")).or_default();
        let siblings = after(source, "super::").into_iter().filter(|(_, name)| {
            let path = format!("src/{}/{name}", place.join("/"));
            root().join(format!("{path}.rs")).exists() || root().join(path).is_dir()
        });
        own.extend(siblings.map(|(_, name)| format!("{}::{name}", place.join("::"))));
    }
    // Whoever imports nothing that is left goes; who cannot go stands in a circle.
    loop {
        let left: BTreeSet<String> = arrows.keys().cloned().collect();
        arrows.retain(|_, others| others.iter().any(|other| left.contains(other)));
        if arrows.len() == left.len() {
            break;
        }
    }
    nothing(&arrows.iter().map(|(module, others)| format!("{module} → {others:?}")).collect::<Vec<_>>());
}

#[test]
fn the_corridor_names_no_kind() {
    let registry = registry();
    let names: BTreeSet<&str> = registry.iter().map(|kind| kind.doc().name).collect();
    let mut complaints = Vec::new();
    let mut excused = BTreeSet::new();
    for source in sources("src") {
        if NOT_THE_CORRIDOR.iter().any(|place| source.path.starts_with(place)) {
            continue;
        }
        for (line, literal) in source.literals.iter().filter(|(_, literal)| names.contains(literal.as_str()))
        {
            let reason =
                NAMED_IN_THE_CORRIDOR.iter().find(|(path, name, _)| *path == source.path && name == literal);
            match reason {
                Some(reason) => _ = excused.insert(reason),
                None => complaints.push(format!("{}:{line}: names the kind `{literal}`", source.path)),
            }
        }
    }
    let idle = NAMED_IN_THE_CORRIDOR.iter().filter(|reason| !excused.contains(reason));
    complaints.extend(idle.map(|(path, name, _)| format!("{path}: `{name}` needs no exception any more")));
    nothing(&complaints);
}

#[test]
fn rooms_import_no_rooms() {
    let mut complaints = Vec::new();
    for source in library().iter().filter(|source| source.path.starts_with("src/kinds/")) {
        let module = source.module();
        if module == ["kinds"] {
            continue;
        }
        for (line, name) in after(source, "crate::") {
            if name == "kinds" {
                complaints.push(format!("{}:{line}: a room imports from `kinds`", source.path));
            }
        }
        // `kinds::check` stands one below `kinds`, `kinds::column::steps` two.
        let up = "super::".repeat(module.len() - 1);
        for (number, line) in source.code.iter().enumerate().filter(|(_, line)| line.contains(&up)) {
            complaints.push(format!("{}:{}: leaves its room: {}", source.path, number + 1, line.trim()));
        }
    }
    nothing(&complaints);
}

/// What reaches the server, and who may send it: text of others as one statement, scripts and the plan by whoever executes,
/// all else as SQL of our own; and one place that knows the driver.
const MESSAGES: &[(&str, &[&str])] = &[
    ("simple_query", &["src/pg/client.rs"]),
    ("query_typed", &["src/pg/client.rs"]),
    ("postgres::Client", &["src/pg/client.rs"]),
    (".exchange(", &["src/pg/client.rs", "src/session.rs"]),
    (
        ".send(Message::",
        &[
            "src/pg/",
            "src/session.rs",
            "src/apply/parallel.rs",
            "src/apply/watch.rs",
            "src/reconcile/reconnect.rs",
        ],
    ),
    ("Execution::new(", &["src/apply/execute.rs", "src/apply/parallel.rs", "src/reconcile/development.rs"]),
    ("Foreign::new(", &["src/session.rs"]),
    (
        "Reading::default()",
        &["src/adopt", "src/canon", "src/observe.rs", "src/apply/rehearse", "src/apply/preflight.rs"],
    ),
    ("tokio_postgres::", &["src/pg/"]),
    // No kind, and nothing that compares or plans, says that its SQL is our own.
    (
        "Own::new(",
        &[
            "src/pg/",
            "src/adopt/",
            "src/apply/",
            "src/canon",
            "src/inspect/",
            "src/observe.rs",
            "src/reconcile/",
            "src/session.rs",
            "src/state/",
        ],
    ),
];

#[test]
fn there_is_one_way_to_speak_to_the_server() {
    let mut complaints = Vec::new();
    for (words, places) in MESSAGES {
        let mut used = false;
        for source in sources("src") {
            for (number, _) in source.code.iter().enumerate().filter(|(_, code)| code.contains(words)) {
                used = true;
                if !places.iter().any(|place| source.path.starts_with(place)) {
                    complaints.push(format!(
                        "{}:{}: `{words}` is not for this file",
                        source.path,
                        number + 1
                    ));
                }
            }
        }
        if !used {
            complaints.push(format!("`{words}` is used nowhere any more"));
        }
    }
    nothing(&complaints);
}

/// What the reference says of versions is said twice, for readers of a key and for readers of the table.
#[test]
fn keys_that_want_a_newer_server_say_so() {
    let mut wrong = Vec::new();
    for kind in registry().iter() {
        let doc = kind.doc();
        for key in doc.keys {
            let said: Vec<u32> = key
                .about
                .split("(PostgreSQL ")
                .skip(1)
                .filter_map(|rest| rest.split(')').next()?.parse().ok())
                .collect();
            let wants = doc.features.iter().filter(|(name, _)| *name == key.name);
            let wants: Vec<u32> = wants.map(|(_, feature)| feature.since()).collect();
            if said.iter().any(|major| !wants.contains(major)) {
                wrong.push(format!("{} `{}` says {said:?} and wants {wants:?}", doc.name, key.name));
            }
        }
        let unknown = doc.features.iter().filter(|(name, _)| doc.keys.iter().all(|key| key.name != *name));
        wrong.extend(unknown.map(|(name, _)| format!("{} has no key `{name}`", doc.name)));
    }
    nothing(&wrong);
}

#[test]
fn every_kind_is_documented() {
    let mut complaints = Vec::new();
    let rooms: Vec<Source> = sources("src/kinds");
    for kind in registry().iter() {
        let doc = kind.doc();
        let mut complain = |what: String| complaints.push(format!("{}: {what}", doc.name));
        if !doc.summary.ends_with('.') {
            complain("its summary is whole sentences".into());
        }
        if doc.manual.is_empty() || doc.manual.contains(['/', '.', ' ']) {
            complain(format!("`{}` is no page of PostgreSQL's manual", doc.manual));
        }
        if doc.main_key.is_some_and(|main| !doc.keys.iter().any(|key| key.name == main)) {
            complain("its main key is not one of its keys".into());
        }
        let room = rooms.iter().find(|room| {
            room.literals.iter().any(|(_, literal)| literal == doc.name)
                && room.literals.iter().any(|(_, literal)| literal == doc.manual)
                && room.literals.iter().any(|(_, literal)| literal == doc.example)
        });
        for key in doc.keys {
            if key.about.is_empty() || key.about.ends_with('.') {
                complain(format!("`{}` is said to be in words without a full stop", key.name));
            }
            // Once where it is documented, once where it is read.
            let said = room.map_or(0, |room| {
                let place = room.path.trim_end_matches("mod.rs");
                let files = rooms.iter().filter(|file| file.path.starts_with(place));
                files.flat_map(|file| &file.literals).filter(|(_, text)| text == key.name).count()
            });
            if said < 2 {
                complain(format!("`{}` is documented, but not read", key.name));
            }
        }
    }
    nothing(&complaints);
}

#[test]
fn every_example_is_valid() {
    let mut complaints = Vec::new();
    for kind in registry().iter() {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let path = folder.path().join("schema.toml");
        fs::write(&path, kind.doc().example).expect("a writable directory");
        match Reconciler::from_path(&path, &|_| Some("secret".to_string())) {
            Ok(reconciler) => {
                let declared =
                    reconciler.desired().model.addresses().any(|address| address.kind == kind.doc().name);
                if !declared {
                    complaints.push(format!("{}: its example declares none", kind.doc().name));
                }
            }
            Err(error) => complaints.push(format!("{}: {error}", kind.doc().name)),
        }
    }
    nothing(&complaints);
}

#[test]
fn no_two_kinds_stand_at_one_place() {
    let registry = registry();
    let mut names = BTreeSet::new();
    let mut places = BTreeSet::new();
    for kind in registry.iter() {
        assert!(names.insert(kind.doc().name), "two kinds are called `{}`", kind.doc().name);
        let place = match kind.doc().place {
            Place::Namespace(key) | Place::InSchema(key) | Place::Top(key) | Place::TopList(key) => ("", key),
            Place::Children { of, key } | Place::Single { of, key } => (of[0], key),
            Place::OnAny(key) => ("any", key),
        };
        assert!(places.insert(place), "two kinds stand at {place:?}");
        if !["", "any"].contains(&place.0) {
            assert!(
                registry.get(place.0).is_some(),
                "`{}` stands in `{}`, which is no kind",
                kind.doc().name,
                place.0
            );
        }
    }
}

#[test]
fn files_and_functions_are_short() {
    let mut complaints = Vec::new();
    for source in sources("src") {
        if source.code.len() > LONGEST_FILE {
            complaints.push(format!("{} has {} lines", source.path, source.code.len()));
        }
        for function in source.functions() {
            let excused =
                LONG_FUNCTIONS.iter().any(|(path, name, _)| *path == source.path && *name == function.name);
            if (function.lines > LONGEST_FUNCTION) != excused {
                let verdict = if excused { "needs no exception any more" } else { "is too long" };
                complaints.push(format!(
                    "{}:{}: `{}` has {} lines; it {verdict}",
                    source.path, function.line, function.name, function.lines
                ));
            }
        }
    }
    nothing(&complaints);
}

#[test]
fn no_file_is_forgotten() {
    let mut reached =
        BTreeSet::from(["src/main.rs".to_string(), "src/lib.rs".into(), "tests/suite/main.rs".into()]);
    let all: Vec<Source> = sources("src").into_iter().chain(sources("tests/suite")).collect();
    loop {
        let before = reached.len();
        for source in all.iter().filter(|source| reached.contains(&source.path)).collect::<Vec<_>>() {
            let folder = match source.path.rsplit_once('/') {
                Some((folder, "main.rs" | "lib.rs" | "mod.rs")) => folder.to_string(),
                _ => source.path.trim_end_matches(".rs").to_string(),
            };
            let text = fs::read_to_string(root().join(&source.path)).expect("a readable source file");
            for line in text.lines().filter_map(|line| line.trim().strip_suffix(';')) {
                let Some(name) = line.split_whitespace().skip_while(|word| word.starts_with("pub")).nth(1)
                else {
                    continue;
                };
                if line.contains("mod ") {
                    reached.insert(format!("{folder}/{name}.rs"));
                    reached.insert(format!("{folder}/{name}/mod.rs"));
                }
            }
        }
        if reached.len() == before {
            break;
        }
    }
    let forgotten = all.iter().filter(|source| !reached.contains(&source.path));
    nothing(&forgotten.map(|source| format!("{} is declared nowhere", source.path)).collect::<Vec<_>>());
}

#[test]
fn the_library_touches_no_terminal_and_no_environment() {
    let forbidden = [
        "println!",
        "eprintln!",
        "print!",
        "eprint!",
        "dbg!",
        "todo!",
        "std::process",
        "io::stdout",
        "io::stderr",
    ];
    let mut complaints = Vec::new();
    for source in library() {
        for (number, line) in source.code.iter().enumerate() {
            for word in forbidden.iter().filter(|word| line.contains(*word)) {
                complaints.push(format!("{}:{}: `{word}` in the library", source.path, number + 1));
            }
            if line.contains("env::var") {
                complaints.push(format!("{}:{}: reads the environment", source.path, number + 1));
            }
        }
    }
    nothing(&complaints);
}

/// Where SQL searches a text for words, and why that text is not a definition. Names hold any words.
const SEARCHED: &[(&str, &str, &str)] = &[
    ("src/inspect/unmodelled.rs", "split_part(", "the name of a setting, which holds no `=`"),
    (
        "src/trust/queries.rs",
        "strpos(",
        "what a routine may name; one name too many refuses, and executes nothing",
    ),
    ("src/trust/queries.rs", "regexp_", "the same"),
    ("src/state/shape.rs", "split_part(", "a verifier of an older version, whose parts have no `$` in them"),
];

#[test]
fn what_the_server_prints_is_not_searched() {
    // A comment is no place for a name either: a line break ends it.
    let forbidden = ["'-- '", "position(", "strpos(", "substring(", "regexp_", "split_part("];
    let mut complaints = Vec::new();
    let mut excused = BTreeSet::new();
    for source in sources("src") {
        for (line, literal) in &source.literals {
            let literal = literal.to_lowercase();
            for word in forbidden.iter().filter(|word| literal.contains(*word)) {
                match SEARCHED.iter().find(|(path, known, _)| *path == source.path && known == word) {
                    Some(reason) => _ = excused.insert(reason),
                    None => complaints.push(format!("{}:{line}: `{word}` in SQL", source.path)),
                }
            }
        }
    }
    let idle = SEARCHED.iter().filter(|reason| !excused.contains(reason));
    complaints.extend(idle.map(|(path, word, _)| format!("{path}: `{word}` needs no exception any more")));
    nothing(&complaints);
}

/// What a merge could not decide is decided.
#[test]
fn no_file_has_two_versions() {
    let list = std::process::Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let Ok(list) = list else { return };
    let names = String::from_utf8_lossy(&list.stdout).into_owned();
    let marks = ["<".repeat(7) + " ", ">".repeat(7) + " "];
    let mut complaints = Vec::new();
    for name in names.split('\0').filter(|name| !name.is_empty()) {
        let Ok(text) = fs::read_to_string(root().join(name)) else { continue };
        let lines = text.lines().enumerate();
        let marked = lines.filter(|(_, line)| marks.iter().any(|mark| line.starts_with(mark.as_str())));
        complaints.extend(marked.map(|(number, _)| format!("{name}:{}", number + 1)));
    }
    nothing(&complaints);
}

#[test]
fn nothing_is_left_for_later() {
    let mut complaints = Vec::new();
    for source in sources("src") {
        let text = fs::read_to_string(root().join(&source.path)).expect("a readable source file");
        for (number, line) in text.lines().enumerate() {
            if ["TODO", "FIXME", "XXX:"].iter().any(|word| line.contains(word)) {
                complaints.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    nothing(&complaints);
}

#[test]
fn nothing_is_unsafe() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    assert!(manifest.contains("unsafe_code = \"forbid\""), "Cargo.toml forbids `unsafe`");
}

/// The list of words that must be quoted covers every server here; with every major here, it has no word too many.
#[test]
fn keywords_are_those_of_the_servers() {
    let mut all = BTreeSet::new();
    let mut majors = BTreeSet::new();
    for server in support::servers() {
        let db = server.database();
        let rows = db.connect().query("SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'", &[]);
        let words: BTreeSet<String> = rows.expect("keywords").iter().map(|row| row.get(0)).collect();
        let unknown: Vec<&String> =
            words.iter().filter(|word| NON_PLAIN_KEYWORDS.binary_search(&word.as_str()).is_err()).collect();
        assert!(unknown.is_empty(), "PostgreSQL {} also quotes {unknown:?}", server.major());
        all.extend(words);
        majors.insert(server.major());
    }
    if (13..=18).all(|major| majors.contains(&major)) {
        let idle: Vec<&&str> = NON_PLAIN_KEYWORDS.iter().filter(|word| !all.contains(**word)).collect();
        assert!(idle.is_empty(), "no server quotes {idle:?}");
    }
}
