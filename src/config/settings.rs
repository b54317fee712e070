//! Connection settings as text, by libpq's keywords, gathered from every place they may stand in.

use std::collections::HashMap;
use std::fmt;

use super::url;
use crate::error::{Error, Result};
use crate::source::open;

/// A function that looks up an environment variable. The library itself never reads the environment.
pub type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// The keywords that have an effect here, each with the variable that libpq reads for it.
const KEYWORDS: [(&str, &str); 25] = [
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("port", "PGPORT"),
    ("dbname", "PGDATABASE"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("passfile", "PGPASSFILE"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("sslnegotiation", "PGSSLNEGOTIATION"),
    ("gssencmode", "PGGSSENCMODE"),
    ("channel_binding", "PGCHANNELBINDING"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("application_name", "PGAPPNAME"),
    ("fallback_application_name", ""),
    ("options", "PGOPTIONS"),
    ("require_auth", "PGREQUIREAUTH"),
    ("target_session_attrs", "PGTARGETSESSIONATTRS"),
    ("keepalives", ""),
    ("keepalives_idle", ""),
    ("keepalives_interval", ""),
    ("keepalives_count", ""),
    ("tcp_user_timeout", ""),
];

/// Keywords of libpq that change nothing that this tool relies on.
const IGNORED: [&str; 6] =
    ["client_encoding", "gssdelegation", "gsslib", "krbsrvname", "sslcompression", "sslsni"];

/// Keywords of libpq that ask for something this tool cannot do; leaving them out silently could be unsafe.
const REFUSED: [&str; 17] = [
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_issuer",
    "replication",
    "requirepeer",
    "requiressl",
    "scram_client_key",
    "scram_server_key",
    "service",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcertmode",
    "sslcrl",
    "sslcrldir",
    "sslpassword",
];

/// The convention of the official image: a secret mounted as a file.
const PASSWORD_FILE: &str = "POSTGRES_PASSWORD_FILE";

/// The `POSTGRES_…` variables and what they mean.
const POSTGRES: [(&str, &str); 6] = [
    ("POSTGRES_HOST", "host"),
    ("POSTGRES_PORT", "port"),
    ("POSTGRES_DB", "dbname"),
    ("POSTGRES_USER", "user"),
    ("POSTGRES_PASSWORD", "password"),
    ("POSTGRES_SSL", "sslmode"),
];

/// Whether a variable is one of those that are read here.
pub fn is_variable(name: &str) -> bool {
    ["DATABASE_URL", PASSWORD_FILE].contains(&name)
        || POSTGRES.iter().any(|(variable, _)| *variable == name)
        || KEYWORDS.iter().any(|(_, variable)| *variable == name)
}

/// One setting and where it was found.
#[derive(Clone)]
pub struct Setting {
    /// Its text. May be a password, so nothing here derives `Debug`.
    pub value: String,
    /// Where it stands, ready for a message: "`PGPORT`".
    pub origin: String,
    /// Whether it stands in a connection string, where it may be a part of a password that was not escaped.
    pub hidden: bool,
}

impl Setting {
    /// The usage error for a value that is none of what `expected` says. Shows the value, but for that of a
    /// connection string.
    pub fn invalid(&self, keyword: &str, expected: &str) -> Error {
        self.invalid_part(keyword, &self.value, expected)
    }

    /// As [`Setting::invalid`], for one of several values in a list.
    pub fn invalid_part(&self, keyword: &str, part: &str, expected: &str) -> Error {
        let shown = if self.hidden { String::new() } else { format!(" `{part}`") };
        Error::usage(format!("invalid {keyword}{shown} in {}", self.origin))
            .hint(format!("expected {expected}"))
    }

    /// Reads the value as one of `words`; the usage error suggests the nearest.
    ///
    /// # Errors
    /// A usage error when it is none of them.
    pub fn one_of<T: Copy>(&self, keyword: &str, words: &[(&str, T)]) -> Result<T> {
        let lower = self.value.to_ascii_lowercase();
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == lower) {
            return Ok(*value);
        }
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let mut error = self.invalid(keyword, &format!("one of {}", ticked(&names)));
        if let Some(near) = nearest(&lower, &names) {
            error = error.hint(format!("did you mean `{near}`? possible: {}", ticked(&names)));
        }
        Err(error)
    }

    /// Reads the value as a number.
    ///
    /// # Errors
    /// A usage error when it is none.
    pub fn number<T: std::str::FromStr>(&self, keyword: &str) -> Result<T> {
        self.value.trim().parse().map_err(|_| self.invalid(keyword, "a whole number"))
    }
}

/// Settings by keyword.
#[derive(Default)]
pub struct Settings {
    found: HashMap<&'static str, Setting>,
    /// Whether the host stands somewhere above the `PG…` variables.
    host_is_explicit: bool,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.found.keys()).finish()
    }
}

impl Settings {
    /// Gathers the settings: `url`, else `DATABASE_URL`, else `POSTGRES_…`; what these leave open comes from the
    /// `PG…` variables. A variable that is set to nothing counts as not set.
    ///
    /// # Errors
    /// Usage errors for a broken connection string and for keywords that are unknown or not supported.
    pub fn gather(url: Option<&str>, env: &Lookup<'_>) -> Result<Self> {
        let env = |name: &str| env(name).filter(|value| !value.is_empty());
        let mut settings = Settings::default();
        if let Some(url) = url {
            settings.add_string(url, "`--url`")?;
        } else if let Some(url) = env("DATABASE_URL") {
            settings.add_string(&url, "`DATABASE_URL`")?;
        } else {
            settings.add_postgres(&env)?;
        }
        settings.host_is_explicit =
            settings.found.contains_key("host") || settings.found.contains_key("hostaddr");
        settings.add_libpq(&env)?;
        Ok(settings)
    }

    /// The setting of `keyword`, if any place has it.
    pub fn get(&self, keyword: &str) -> Option<&Setting> {
        self.found.get(keyword)
    }

    /// The text of `keyword`, if any place has it.
    pub fn text(&self, keyword: &str) -> Option<&str> {
        self.get(keyword).map(|setting| setting.value.as_str())
    }

    fn put(&mut self, keyword: &'static str, value: String, origin: &str) {
        self.add(keyword, Setting { value, origin: origin.to_owned(), hidden: false });
    }

    fn add(&mut self, keyword: &'static str, setting: Setting) {
        self.found.entry(keyword).or_insert(setting);
    }

    fn add_string(&mut self, text: &str, origin: &str) -> Result<()> {
        // In a list the last of two equal keywords counts, so it goes in first.
        let mut known = Vec::new();
        for (key, value) in url::parse(text, origin)? {
            if let Some(keyword) = known_keyword(&key, origin)? {
                known.push((keyword, value));
            }
        }
        for (keyword, value) in known.into_iter().rev().filter(|(_, value)| !value.is_empty()) {
            self.add(keyword, Setting { value, origin: origin.to_owned(), hidden: true });
        }
        Ok(())
    }

    fn add_postgres(&mut self, env: &dyn Fn(&str) -> Option<String>) -> Result<()> {
        for (name, keyword) in POSTGRES {
            let Some(mut value) = env(name) else { continue };
            if keyword == "sslmode" {
                value = ssl_word(&value);
            }
            self.put(keyword, value, &format!("`{name}`"));
        }
        if let Some(path) = env(PASSWORD_FILE).filter(|_| !self.found.contains_key("password")) {
            let text = password_file(&path)?;
            self.put(
                "password",
                text.trim_end_matches(['\n', '\r']).to_owned(),
                &format!("`{PASSWORD_FILE}`"),
            );
        }
        Ok(())
    }

    fn add_libpq(&mut self, env: &dyn Fn(&str) -> Option<String>) -> Result<()> {
        if !self.host_is_explicit && env("PGSERVICE").is_some() {
            return Err(Error::usage("`PGSERVICE` is set, but service files are not supported")
                .hint("unset it and give a connection string with `--url` or `DATABASE_URL`"));
        }
        for (keyword, name) in KEYWORDS {
            // libpq would send a connection string's host to PGHOSTADDR; that reaches the wrong server unnoticed.
            if keyword == "hostaddr" && self.host_is_explicit {
                continue;
            }
            if let Some(value) = Some(name).filter(|name| !name.is_empty()).and_then(env) {
                self.put(keyword, value, &format!("`{name}`"));
            }
        }
        Ok(())
    }
}

/// The text of the file that `POSTGRES_PASSWORD_FILE` names. Some set it to the password itself, so it is not shown.
fn password_file(path: &str) -> Result<String> {
    let unusable = |why: &dyn std::fmt::Display| {
        Error::usage(format!("cannot read the file that `{PASSWORD_FILE}` names: {why}"))
    };
    let (bytes, _) = open::read_named(path.as_ref()).map_err(|why| unusable(&why))?;
    String::from_utf8(bytes).map_err(|_| unusable(&"it is not UTF-8"))
}

/// `POSTGRES_SSL` is a switch in some systems and an sslmode in others.
fn ssl_word(value: &str) -> String {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" => "require".to_owned(),
        "false" | "0" | "off" | "no" => "disable".to_owned(),
        word => word.to_owned(),
    }
}

/// Finds `key` among the keywords; `None` for one that is ignored. An unknown one is not shown: it may be a part of a
/// password that was not escaped.
fn known_keyword(key: &str, origin: &str) -> Result<Option<&'static str>> {
    if let Some((keyword, _)) = KEYWORDS.iter().find(|(keyword, _)| *keyword == key) {
        return Ok(Some(keyword));
    }
    if IGNORED.contains(&key) {
        log::debug!("connection parameter `{key}` in {origin} has no effect");
        return Ok(None);
    }
    if REFUSED.contains(&key) {
        return Err(Error::usage(format!("connection parameter `{key}` in {origin} is not supported"))
            .hint(format!("leave `{key}` out")));
    }
    let names: Vec<&str> = KEYWORDS.iter().map(|(keyword, _)| *keyword).collect();
    let hint = match nearest(key, &names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            "the parameters are those of libpq, such as `sslmode` and `connect_timeout`; a password with \
                 spaces, `&`, `=`, `/` or `?` must be quoted or percent-encoded"
                .to_owned()
        }
    };
    Err(Error::usage(format!("{origin} has an unknown connection parameter")).hint(hint))
}

/// The word most like `word`, if one is like it enough to be what was meant.
fn nearest<'a>(word: &str, words: &[&'a str]) -> Option<&'a str> {
    let score = |candidate: &str| strsim::jaro_winkler(word, candidate);
    words
        .iter()
        .copied()
        .filter(|candidate| score(candidate) > 0.8)
        .max_by(|a, b| score(a).total_cmp(&score(b)))
}

fn ticked(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
