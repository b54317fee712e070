//! A disk that fills up while a run is at work. It takes a small file system of its own, which only root can mount;
//! elsewhere this says so and passes.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::support::{self, Cluster, Options, Run, TempDir, account};

/// A file system in memory, of a size that can be changed.
struct Small {
    path: PathBuf,
    _directory: TempDir,
}

impl Small {
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn mount(size: &str) -> Option<Small> {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("small");
        std::fs::create_dir(&path).expect("a directory to mount on");
        if !mount(&["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"], &path) {
            eprintln!(
                "skipped: no file system can be mounted here (it takes root, and a container that allows it)"
            );
            return None;
        }
        let small = Small { path, _directory: directory };
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(small.path.parent().expect("a parent"), open).expect("others may pass");
        account::give(&small.path).expect("it can be given to the server");
        Some(small)
    }

    /// Leaves no room at all.
    fn fill(&self) {
        let mut junk = std::fs::File::create(self.path.join("junk")).expect("a file");
        let full = std::io::copy(&mut std::io::repeat(0), &mut junk).expect_err("it is not without end");
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    }

    /// Makes room again.
    fn clear(&self) {
        std::fs::remove_file(self.path.join("junk")).expect("it was filled");
    }

    /// Gives it another size, once it holds no more: the server takes its time to let go of files that were dropped.
    fn resize(&self, size: &str) {
        let begun = Instant::now();
        while !mount(&["-o", &format!("remount,size={size}"), "tmpfs"], &self.path) {
            assert!(begun.elapsed() < Duration::from_secs(30), "it still holds more than {size}");
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.path).stderr(Stdio::null()).status();
    }
}

fn mount(args: &[&str], path: &Path) -> bool {
    let status =
        Command::new("mount").args(args).arg(path).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Each runs into the full disk in another way: a concurrent build, a rewrite, a backfill.
const FILES: &[&str] = &[
    "[tables.people.columns]\nid = \"int\"\nname = \"text\"\n[tables.people.indexes]\npeople_name = [\"name\"]\n",
    "[tables.people.columns]\nid = \"bigint\"\nname = \"text\"\n",
    "[tables.people.columns]\nid = \"int\"\nname = \"text\"\n\
     copy = { type = \"text\", not_null = true, backfill = \"repeat(name, 3)\" }\n",
    "[tables.people.columns]\nid = { type = \"int\", primary_key = true }\nname = { type = \"text\", unique = true }\n",
];

#[test]
fn a_full_disk_is_said_and_mended_by_another_run() {
    let Some(small) = Small::mount("16m") else { return };
    let server = support::server();
    let cluster = server.dedicated(&Options::default());
    let place = small.path.display();
    cluster
        .connect("postgres")
        .batch_execute(&format!("create tablespace small location '{place}'"))
        .expect("a tablespace");
    for file in FILES {
        small.resize("16m");
        let db = cluster.database();
        // What is new goes to the small disk, the tool's own tables too.
        db.execute(&format!("alter database {} set default_tablespace = small", db.name()));
        db.execute(
            "set default_tablespace = small; create table people (id int, name text);
             insert into people select i, 'a name that is long enough to fill some pages of the disk ' || i \
             from generate_series(1, 90000) i",
        );
        let run = |args: &[&str]| Run::new(&db).file(file).args(args).run();
        run(&["apply"])
            .code(1)
            .stderr_contains("No space left on device")
            .stderr_contains("make room and run it again");
        small.resize("200m");
        run(&["apply"]).success();
        run(&["check"]).success().stdout_contains("in sync");
        let left = "select count(*) from pg_index where not indisvalid";
        assert_eq!(db.scalar(left), "0", "{file}");
        assert_eq!(db.scalar("select count(*) from pg_constraint where not convalidated"), "0", "{file}");
        assert_eq!(db.scalar("select count(*) from people"), "90000", "{file}");
    }
    drop(cluster);
}

/// Where there is no room for its log the server cannot go on: it stops as in a crash, and may come back only to stop again.
#[test]
fn no_room_for_the_log_of_the_server_is_mended_by_another_run() {
    for server in support::servers().iter().filter(|server| server.is_thorough()) {
        let Some(small) = Small::mount("200m") else { return };
        let options =
            Options::default().config("wal_recycle = off").config("synchronous_commit = on").stopped();
        let cluster = server.dedicated(&options);
        let (log, place) = (cluster.data().join("pg_wal"), small.path.join("pg_wal"));
        let moved = Command::new("cp").arg("-a").args([&log, &place]).status();
        assert!(moved.is_ok_and(|status| status.success()), "it can be copied");
        std::fs::remove_dir_all(&log).expect("it can be removed");
        std::os::unix::fs::symlink(&place, &log).expect("a link");
        cluster.start();
        for file in FILES {
            runs_out_of_log(&cluster, &small, file);
        }
        drop(cluster);
    }
}

fn runs_out_of_log(cluster: &Cluster, small: &Small, file: &str) {
    let db = cluster.database();
    db.execute(
        "create table people (id int, name text);
         insert into people select i, i || repeat(' a name that is long enough', 12) from generate_series(1, 90000) i",
    );
    let sum = "select count(*) || ' ' || sum(hashtext(id || name)) from people";
    let before = db.scalar(sum);
    db.execute("checkpoint");
    small.fill();
    let run = |args: &[&str]| Run::new(&db).file(file).args(args).run();
    let stopped = run(&["apply", "--wait", "3s"]);
    let is_said = stopped.stderr.contains("the connection to the server was lost")
        || stopped.stderr.contains("the connection is lost")
        || stopped.stderr.contains("No space left on device");
    assert!(matches!(stopped.code, Some(1 | 4)) && is_said, "{file}\n{:?}\n{}", stopped.code, stopped.stderr);
    small.clear();
    // It may be down, or about to recover.
    let begun = Instant::now();
    while db.connect_fails() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", cluster.log());
        if cluster.pid().is_none() {
            cluster.start();
        }
        sleep(Duration::from_millis(200));
    }
    run(&["apply"]).success();
    run(&["check"]).success().stdout_contains("in sync");
    let left = "select indexrelid::regclass::text from pg_index where not indisvalid union all \
                select conname from pg_constraint where not convalidated or conname like 'pgreconcile%'";
    assert_eq!(db.column(left), [""; 0], "{file}");
    assert_eq!(db.scalar(sum), before, "{file}");
}
