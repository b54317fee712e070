//! The password file, `~/.pgpass`: `host:port:database:user:password` a line, with libpq's rules
//! ("The Password File" in its manual).

use std::io::ErrorKind;
use std::path::Path;

use super::{Address, Secret};
use crate::source::open::{self, Access, Unreadable};

/// The host that stands in a password file for the default socket directory.
const LOCALHOST: &str = "localhost";

/// What a line of the file is compared with.
pub struct Key<'a> {
    /// Where the server is.
    pub address: &'a Address,
    /// Its port.
    pub port: u16,
    /// The database to open.
    pub dbname: &'a str,
    /// The user to log in as.
    pub user: &'a str,
}

/// Finds the password for `key` in the file at `path`; the first line that matches decides.
///
/// A missing file is no error. A file that others may read is ignored with a warning, as libpq does.
pub fn find(path: &Path, key: &Key<'_>) -> Option<Secret> {
    let shown = path.display();
    let (bytes, access) = match open::read_named(path) {
        Ok(read) => read,
        Err(Unreadable::System(error)) if error.kind() == ErrorKind::NotFound => return None,
        Err(why) => {
            log::warn!("password file `{shown}` is ignored: {why}");
            return None;
        }
    };
    if others_may_read(access) {
        log::warn!(
            "password file `{shown}` has group or world access; ignored (permissions should be u=rw (0600) or less)"
        );
        return None;
    }
    match String::from_utf8(bytes) {
        Ok(text) => find_in(&text, key),
        Err(_) => {
            log::warn!("password file `{shown}` is ignored: it is not UTF-8");
            None
        }
    }
}

fn others_may_read(access: Access) -> bool {
    access.mode & 0o077 != 0
}

fn find_in(text: &str, key: &Key<'_>) -> Option<Secret> {
    let host = match key.address {
        Address::Tcp(name) => name.as_str(),
        Address::Socket(dir) if dir == Path::new(super::DEFAULT_SOCKET_DIR) || dir == Path::new("/tmp") => {
            LOCALHOST
        }
        Address::Socket(dir) => dir.to_str()?,
    };
    let wanted = [host, &key.port.to_string(), key.dbname, key.user];
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| matching(line, &wanted))
        .next()
        .map(Secret::new)
}

/// The password of `line`, if its four fields match `wanted`.
fn matching(line: &str, wanted: &[&str; 4]) -> Option<String> {
    let mut rest = line;
    for value in wanted {
        let (field, after) = field(rest);
        // Only an unescaped `*` is the wildcard.
        let wild = rest.starts_with("*:");
        if !wild && field != *value {
            return None;
        }
        rest = after?;
    }
    let (password, _) = field(rest);
    (!password.is_empty()).then_some(password)
}

/// The first field of `text` with `\:` and `\\` unescaped, and the text after its colon, if there is one.
fn field(text: &str) -> (String, Option<&str>) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            ':' => return (value, Some(&text[at + 1..])),
            c => value.push(c),
        }
    }
    (value, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, address: &Address) -> Option<String> {
        let key = Key { address, port: 5432, dbname: "shop", user: "me" };
        find_in(text, &key).map(|secret| secret.expose().to_owned())
    }

    fn tcp(host: &str) -> Address {
        Address::Tcp(host.to_owned())
    }

    #[test]
    fn the_first_matching_line_decides() {
        let text = "# h:5432:shop:me:no\nh:5433:shop:me:other port\nh:*:shop:me:first\n*:*:*:*:second\n";
        assert_eq!(found(text, &tcp("h")).as_deref(), Some("first"));
        assert_eq!(found(text, &tcp("elsewhere")).as_deref(), Some("second"));
        assert_eq!(found("h:5432:shop", &tcp("h")), None);
        assert_eq!(found("h:5432:shop:me:", &tcp("h")), None);
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(found(r"h:5432:shop:me:a\:b\\c", &tcp("h")).as_deref(), Some(r"a:b\c"));
        assert_eq!(found(r"\*:5432:shop:me:literal star", &tcp("h")), None);
        assert_eq!(found(r"fe80\:\:1:5432:shop:me:v6", &tcp("fe80::1")).as_deref(), Some("v6"));
        assert_eq!(found("h:5432:shop:me:pw:trailing", &tcp("h")).as_deref(), Some("pw"));
    }

    #[test]
    fn the_default_socket_is_localhost() {
        let default = Address::Socket(super::super::DEFAULT_SOCKET_DIR.into());
        assert_eq!(found("localhost:*:*:me:pw", &default).as_deref(), Some("pw"));
        let other = Address::Socket("/elsewhere".into());
        assert_eq!(found("localhost:*:*:me:pw", &other), None);
        assert_eq!(found("/elsewhere:*:*:me:pw", &other).as_deref(), Some("pw"));
    }

    #[test]
    fn a_file_that_others_may_read_is_ignored() {
        use std::fs;
        use std::os::unix::fs::PermissionsExt as _;
        let path = std::env::temp_dir().join(format!("pgreconcile-pgpass-{}", std::process::id()));
        fs::write(&path, "*:*:*:*:pw\n").expect("written");
        let address = tcp("h");
        let key = Key { address: &address, port: 5432, dbname: "shop", user: "me" };
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("mode");
        assert_eq!(find(&path, &key), None);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
        assert_eq!(find(&path, &key), Some(Secret::new("pw")));
        fs::remove_file(&path).expect("removed");
    }
}
