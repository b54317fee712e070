//! Extensions, of which PostgreSQL knows only the script.

use crate::support::{self, Run};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// Keeps something in the session that a rollback leaves there, as a library does, and will not have it found; writes down
/// the path that a session of the database begins with, and its own behind it.
const SCRIPT: &str = "
create table path as select reset_val as begins, current_setting('search_path') as now from pg_catalog.pg_settings
  where name = 'search_path';
do $$ begin
  if exists (select from pg_catalog.pg_locks where locktype = 'advisory' and pid = pg_catalog.pg_backend_pid() and objid = 4711) then
    raise exception 'cache lookup failed';
  end if;
  perform pg_catalog.pg_advisory_lock_shared(4711);
end $$;
";

#[test]
fn an_extension_is_created_in_a_session_that_has_nothing_of_it_and_begins_as_the_database_says() {
    // Where extensions of others can be put without writing into the installation.
    for server in support::servers().iter().filter(|server| server.major() >= 18) {
        let db = server.database();
        let place = std::env::temp_dir().join(support::unique("extensions"));
        let folder = place.join("extension");
        fs::create_dir_all(&folder).expect("a folder");
        for (name, text) in [
            ("keeps.control", "default_version = '1'\nrelocatable = true\n"),
            ("keeps--1.sql", SCRIPT),
            (
                "keeps--1--2.sql",
                &SCRIPT.replace("create table path as", "delete from path; insert into path"),
            ),
        ] {
            fs::write(folder.join(name), text).expect("a file");
        }
        for folder in [&place, &folder] {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("a mode");
        }
        db.execute(&format!(
            "alter database {0} set extension_control_path = '$system:{1}'; alter database {0} set search_path = public, more;
             create schema more",
            db.name(),
            place.display()
        ));
        let paths = || db.scalar("select begins from public.path");
        let run = |file: &str| Run::new(&db).file(file).args(["apply", "--force"]).run().success();
        run("[extensions]\nkeeps = {}\n");
        assert_eq!(paths(), "public, more");
        run("[extensions]\nkeeps = { version = \"2\" }\n");
        assert_eq!(paths(), "public, more");
        Run::new(&db).file("[extensions]\nkeeps = { version = \"2\" }\n").arg("check").run().success();
        fs::remove_dir_all(&place).expect("the folder goes");
    }
}
