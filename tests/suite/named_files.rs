//! What is read because a file or the command line names it: a regular file inside the folder, and of it no more than can
//! be meant.

use std::{
    fs::{self, File},
    os::unix::fs::symlink,
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::support::{self, Outcome, Run, TempDir};

const TABLE: &str = "[tables.t.columns]\nid = \"int\"\n";

fn validate(run: Run) -> Outcome {
    let begun = Instant::now();
    let ended = run.arg("validate").run();
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    ended
}

fn fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("`mkfifo` starts");
    assert!(made.success());
}

/// Something that is not to be read, each by the name of an included file, of the schema file, and in a pattern.
#[test]
fn only_regular_files_inside_the_folder_are_read() {
    let elsewhere = TempDir::new().expect("a directory");
    let secret = elsewhere.path().join("secret.toml");
    fs::write(&secret, "hunter2 = 'hunter2'\npassword hunter2\n").expect("written");
    type Make<'m> = &'m dyn Fn(&Path);
    let link = |to: &'static str| move |path: &Path| symlink(to, path).expect("a link");
    let rows: [(&str, Make<'_>, &str); 11] = [
        (
            "a link to a file elsewhere",
            &|path| symlink(&secret, path).expect("a link"),
            "leads out of the folder",
        ),
        ("a link to the environment", &link("/proc/self/environ"), "leads out of the folder"),
        ("a link to a device", &link("/dev/zero"), "leads out of the folder"),
        ("a link to a terminal", &link("/dev/tty"), "cannot read"),
        ("a link upwards", &link("../x.toml"), "cannot read"),
        ("a link to itself", &link("a.toml"), "too many levels of symbolic links"),
        ("a link to nothing", &link("nothing"), "no such file"),
        ("a pipe", &fifo, "it is a named pipe, not a regular file"),
        ("a folder", &|path| fs::create_dir(path).expect("a folder"), "it is a folder, not a regular file"),
        ("not text", &|path| fs::write(path, b"a = \"\xff\xfe\"").expect("written"), "is not UTF-8"),
        (
            "too much",
            &|path| File::create(path).and_then(|file| file.set_len((16 << 20) + 1)).expect("written"),
            "it is larger than 16 MiB",
        ),
    ];
    for (what, make, said) in rows {
        let is_folder = what == "a folder";
        for pattern in ["a.toml", "*.toml"] {
            let run =
                Run::offline().file(&format!("include = [\"{pattern}\"]\n{TABLE}")).env("SECRET", "hunter2");
            make(&run.directory().join("a.toml"));
            let ended = validate(run).code(5).stderr_lacks("hunter2").stdout_lacks("hunter2");
            // A pattern is about files.
            let said = if is_folder && pattern == "*.toml" { "no file matches" } else { said };
            ended.stderr_contains(said);
        }
        let from = "[tables.t.rows]\nkey = \"id\"\nvalues_from = \"a.csv\"";
        let run = Run::offline().file(&format!("{TABLE}{from}\n")).env("SECRET", "hunter2");
        make(&run.directory().join("a.csv"));
        // The link to itself is one to nothing by that name.
        let said_of_rows = if what == "a link to itself" { "no such file" } else { said };
        validate(run).code(5).stderr_contains(said_of_rows).stderr_lacks("hunter2").stdout_lacks("hunter2");
        let run = Run::offline().env("SECRET", "hunter2").args(["--file", "a.toml"]);
        make(&run.directory().join("a.toml"));
        if is_folder {
            validate(run).code(5).stderr_contains("no `.toml` file in `a.toml`");
            continue;
        }
        let ended = validate(run).code(5).stderr_contains(said);
        ended.stderr_contains("hint:").stderr_lacks("hunter2").stdout_lacks("hunter2");
        // In a folder that is given as such.
        let run = Run::offline().env("SECRET", "hunter2").args(["--file", "."]);
        make(&run.directory().join("a.toml"));
        validate(run).code(5).stderr_contains(said).stderr_lacks("hunter2");
    }
}

#[test]
fn what_the_kernel_makes_up_is_not_read() {
    let run = Run::offline().env("SECRET", "hunter2").args(["--file", "/proc/self/environ"]);
    validate(run).code(5).stderr_contains("made up by the kernel").stderr_lacks("hunter2");
    validate(Run::offline().args(["--file", "/dev/null"])).code(5).stderr_contains("it is a device");
    validate(Run::offline().args(["--file", "/no/such/file"]))
        .code(5)
        .stderr_contains("no such file or directory");
}

/// What a path means is known of the file that was opened, not of one that stood there a moment before.
#[test]
fn a_file_that_turns_into_a_link_is_not_followed() {
    let elsewhere = TempDir::new().expect("a directory");
    let secret = elsewhere.path().join("secret.toml");
    fs::write(&secret, "hunter2 hunter2\n").expect("written");
    let run = Run::offline().file(&format!("include = [\"a.toml\"]\n{TABLE}"));
    let folder = run.directory().to_owned();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                fs::write(folder.join("next"), "[tables.a]\n").expect("written");
                fs::rename(folder.join("next"), folder.join("a.toml")).expect("renamed");
                symlink(&secret, folder.join("next")).expect("a link");
                fs::rename(folder.join("next"), folder.join("a.toml")).expect("renamed");
            }
        });
        let outcomes: Vec<Outcome> = (0..100)
            .map(|_| {
                Run::offline()
                    .args(["--file", folder.join("schema.toml").to_str().expect("UTF-8"), "validate"])
                    .run()
            })
            .collect();
        done.store(true, Ordering::Relaxed);
        for ended in outcomes {
            assert!(matches!(ended.code, Some(0 | 5)), "{:?}", ended.code);
            ended.stderr_lacks("hunter2");
        }
    });
}

/// A folder on the way that is a link counts as one, too.
#[test]
fn a_folder_that_leads_elsewhere_is_not_followed() {
    let elsewhere = TempDir::new().expect("a directory");
    fs::write(elsewhere.path().join("a.toml"), "password hunter2\n").expect("written");
    for pattern in ["more/a.toml", "more/*.toml", "more/../more/a.toml", "./more/a.toml"] {
        let run = Run::offline().file(&format!("include = [\"{pattern}\"]\n{TABLE}"));
        symlink(elsewhere.path(), run.directory().join("more")).expect("a link");
        let ended = validate(run).code(5).stderr_lacks("hunter2");
        let said = if pattern.contains("..") { "leaves the folder" } else { "leads out of the folder" };
        let ended = ended.stderr_contains(said);
        // Not even what is there.
        if pattern.contains('*') {
            ended.stderr_lacks("more/a.toml");
        }
    }
}

/// As Kubernetes mounts a ConfigMap: what the names are links to changes all at once.
#[test]
fn links_inside_the_folder_are_followed() {
    let run = Run::offline();
    let mount = run.directory().join("config");
    let version = mount.join("..2026_11_28_01_02_03.123");
    fs::create_dir_all(version.join("more")).expect("a folder");
    fs::write(version.join("schema.toml"), format!("include = [\"t*.toml\", \"inner/u.toml\"]\n{TABLE}"))
        .expect("written");
    fs::write(version.join("two.toml"), "[tables.two]\n").expect("written");
    fs::write(version.join("more/u.toml"), "[tables.u]\n").expect("written");
    symlink("..2026_11_28_01_02_03.123", mount.join("..data")).expect("a link");
    for name in ["schema.toml", "two.toml"] {
        symlink(format!("..data/{name}"), mount.join(name)).expect("a link");
    }
    symlink("..data/more", mount.join("inner")).expect("a link");
    let directory = run.directory().to_owned();
    let whole = directory.join("config/schema.toml");
    for file in ["config/schema.toml", "config", "./config/", whole.to_str().expect("UTF-8")] {
        let again = Run::offline().args(["--file", directory.join(file).to_str().expect("UTF-8")]);
        validate(again).success().stdout_contains("is valid");
    }
    validate(run.args(["--file", "config"])).success();
}

#[test]
fn a_pattern_finds_files_wherever_the_schema_file_is_named_from() {
    for (file, including) in [
        ("schema.toml", "t*.toml"),
        ("schema.toml", "*.toml"),
        (".", "t*.toml"),
        ("./schema.toml", "./t*.toml"),
    ] {
        let run = Run::offline().file(&format!("include = [\"{including}\"]\n{TABLE}"));
        let run = run.file_at("two.toml", "[tables.two]\n").file_at("three.toml", "[tables.three]\n");
        // What an editor leaves while a file is open.
        symlink("somebody@machine.1", run.directory().join(".#two.toml")).expect("a link");
        let ended = validate(run.args(["--file", file, "--format", "json"])).success();
        assert_eq!(ended.json()["valid"], true);
        let alone = validate(Run::offline().file(TABLE).args(["--format", "json"])).success();
        let count = |outcome: &Outcome| outcome.json()["objects"].as_u64().expect("a number");
        assert_eq!(count(&ended), count(&alone) + 2, "{file} {including}");
    }
}

#[test]
fn a_pattern_takes_no_time() {
    let name = "a".repeat(200);
    let pattern = "a*".repeat(100);
    let run = Run::offline().file(&format!("include = [\"{pattern}b.toml\"]\n{TABLE}"));
    let begun = Instant::now();
    validate(run.file_at(&format!("{name}.toml"), "[tables.two]\n"))
        .code(5)
        .stderr_contains("no file matches");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let db = support::server().database();
    db.execute(&format!("create table {} (id int)", &name[..60]));
    let begun = Instant::now();
    let run = Run::new(&db).file(TABLE).args(["plan", "--exclude", &format!("{pattern}b")]);
    run.run().success();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn many_keys_take_no_time() {
    let begun = Instant::now();
    let keys =
        |prefix: &str| (0..60_000).fold(String::new(), |text, n| text + prefix + &n.to_string() + " = 1\n");
    let run = Run::offline().file(&format!("include = [\"more.toml\"]\n{}", keys("one")));
    validate(run.file_at("more.toml", &keys("two"))).code(5).stderr_contains("120000 errors");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn files_are_small_together_too() {
    let run = Run::offline().file(&format!("include = [\"part*.toml\"]\n{TABLE}"));
    for number in 0..6 {
        let path = run.directory().join(format!("part{number}.toml"));
        fs::write(path, format!("#{}\n", "x".repeat(12 << 20))).expect("written");
    }
    validate(run).code(5).stderr_contains("the files are larger than 64 MiB together");
}

/// `inspect` writes nowhere but into the folder that it is told.
#[test]
fn what_is_written_is_new() {
    let db = support::server().database();
    db.execute("create table t (id int)");
    let elsewhere = TempDir::new().expect("a directory");
    let target = elsewhere.path().join("made");
    let run = Run::new(&db).args(["inspect", "--output", "out"]);
    fs::create_dir(run.directory().join("out")).expect("a folder");
    symlink(&target, run.directory().join("out/schema.toml")).expect("a link");
    run.run().code(1).stderr_contains("is there already; nothing was written");
    assert!(!target.exists());
}

#[test]
fn what_seeds_is_read_as_carefully() {
    let db = support::server().database();
    db.execute(&format!("alter database {} set pgreconcile.development = 'on'", db.name()));
    let elsewhere = TempDir::new().expect("a directory");
    fs::write(elsewhere.path().join("a.sql"), "hunter2").expect("written");
    let run = || Run::new(&db).file(TABLE).file_at("seed/b.sql", "create table seeded ()").arg("seed");
    let linked = run();
    symlink(elsewhere.path().join("a.sql"), linked.directory().join("seed/a.sql")).expect("a link");
    linked.run().code(1).stderr_contains("leads out of the folder").stderr_lacks("hunter2");
    let piped = run();
    fifo(&piped.directory().join("seed/a.sql"));
    piped.run().code(1).stderr_contains("it is a named pipe");
    assert_eq!(db.scalar("select to_regclass('seeded') is null"), "t");
    run().run().success().stdout_contains("seeded from 1 file");
}
