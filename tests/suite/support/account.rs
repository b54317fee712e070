//! The operating system's user that owns a cluster: PostgreSQL refuses to run as root.

use std::{
    io,
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::Command,
    sync::LazyLock,
};

/// Whom to become before running PostgreSQL; `None` when this process may run it as itself.
static ACCOUNT: LazyLock<Option<Account>> = LazyLock::new(|| {
    (id(&["-u"])? == 0).then(|| {
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| Some(Account { uid: id(&["-u", name])?, gid: id(&["-g", name])? }))
            .expect("running as root, and there is neither a user `postgres` nor a user `nobody`")
    })
});

#[derive(Clone, Copy)]
struct Account {
    uid: u32,
    gid: u32,
}

fn id(args: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(args).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

/// A command that runs as the owner of the clusters.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    // The caller's directory may be closed to that user.
    command.current_dir("/");
    if let Some(Account { uid, gid }) = *ACCOUNT {
        command.uid(uid).gid(gid);
    }
    command
}

/// Gives a file or directory to the owner of the clusters.
pub fn give(path: &Path) -> io::Result<()> {
    match *ACCOUNT {
        Some(Account { uid, gid }) => chown(path, Some(uid), Some(gid)),
        None => Ok(()),
    }
}
