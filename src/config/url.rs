//! The two spellings of a connection string: `postgres://…` and `key=value …`.
//!
//! Both become the same list of `(keyword, value)`. The rules are libpq's ("Connection Strings" in its manual), but for
//! an `@` after the first `/` or `?` of a URL, which must be escaped here: with an unescaped `/` or `?` in a password, the
//! rest of it would be taken for a host, looked up, and shown.
//!
//! An error tells the form of what was given, and never repeats any of it: a password with an unescaped `/`, `?` or space
//! falls into the place of a port, keyword or value.

use crate::error::{Error, Result};

/// What a connection string says, in the order it says it.
pub type Pairs = Vec<(String, String)>;

/// What people mistake for PostgreSQL's scheme. Others are not repeated: they may be anything.
const FOREIGN_SCHEMES: [&str; 14] = [
    "file",
    "http",
    "https",
    "jdbc",
    "mariadb",
    "mongodb",
    "mssql",
    "mysql",
    "mysql2",
    "oracle",
    "redis",
    "sqlite",
    "sqlserver",
    "tcp",
];

const ENCODE_HINT: &str =
    "a password with one of `/ ? # @ : %` must be percent-encoded, for example `/` as `%2F` and `@` as `%40`";

/// Splits a connection string into keywords and values.
///
/// `origin` says where it came from, for messages. Keywords are not checked here.
///
/// # Errors
/// Usage errors for anything that is neither of the two forms.
pub fn parse(text: &str, origin: &str) -> Result<Pairs> {
    let text = text.trim();
    if let Some((scheme, rest)) = text.split_once("://") {
        match scheme {
            "postgres" | "postgresql" => return parse_url(rest, origin),
            _ if !scheme.contains(['=', ' ', '@', ':', '/']) => return Err(foreign_scheme(scheme, origin)),
            _ => {}
        }
    }
    if text.contains('=') {
        return parse_key_values(text, origin);
    }
    Err(Error::usage(format!("{origin} is not a connection string"))
        .hint("write `postgres://user:password@host:5432/database` or `host=… dbname=… user=…`"))
}

fn foreign_scheme(scheme: &str, origin: &str) -> Error {
    const WRITE: &str = "write `postgres://user:password@host:5432/database`";
    if scheme.starts_with(['"', '\'']) {
        return Error::usage(format!("{origin} has a quotation mark around it")).hint("leave the quotes out");
    }
    if let Some((base @ ("postgres" | "postgresql"), _)) = scheme.split_once('+') {
        return Error::usage(format!("{origin} names a driver after `{base}`"))
            .hint(format!("leave out the driver: `{base}://…`"));
    }
    match FOREIGN_SCHEMES.iter().find(|known| **known == scheme) {
        Some(known) => Error::usage(format!("{origin} starts with `{known}://`, which is not PostgreSQL")),
        None => Error::usage(format!("{origin} does not start with `postgres://`")),
    }
    .hint(WRITE)
}

/// `[user[:password]@][host[:port],…][/dbname][?key=value&…]`, without the scheme.
fn parse_url(rest: &str, origin: &str) -> Result<Pairs> {
    let mut pairs = Pairs::new();
    let (head, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, dbname) = head.split_once('/').unwrap_or((head, ""));
    if dbname.contains('@') || query.contains('@') {
        return Err(Error::usage(format!("{origin} has an `@` after the first `/` or `?`")).hint(ENCODE_HINT));
    }
    let hosts = match authority.rsplit_once('@') {
        Some((login, hosts)) => {
            let (user, password) = login.split_once(':').unwrap_or((login, ""));
            push(&mut pairs, "user", decode(user, "user", origin)?);
            push(&mut pairs, "password", decode(password, "password", origin)?);
            hosts
        }
        None => authority,
    };
    url_hosts(&mut pairs, hosts, origin)?;
    push(&mut pairs, "dbname", decode(dbname, "database", origin)?);
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let Some((key, value)) = parameter.split_once('=') else {
            return Err(
                Error::usage(format!("a parameter after `?` in {origin} has no `=`")).hint(ENCODE_HINT)
            );
        };
        let key = decode(key, "parameter name", origin)?;
        let value = decode(value, "parameter", origin)?;
        match (key.as_str(), value.as_str()) {
            // JDBC's spelling, which libpq accepts too.
            ("ssl", "true") => pairs.push(("sslmode".into(), "require".into())),
            _ => pairs.push((key, value)),
        }
    }
    Ok(pairs)
}

/// `host:port,host:port`, where a host may be `[v6]` or a percent-encoded directory.
fn url_hosts(pairs: &mut Pairs, hosts: &str, origin: &str) -> Result<()> {
    let (mut names, mut ports) = (Vec::new(), Vec::new());
    for entry in hosts.split(',') {
        if entry.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(Error::usage(format!("the host in {origin} has a space in it")).hint(ENCODE_HINT));
        }
        let (name, port) = match entry.strip_prefix('[') {
            Some(v6) => {
                let (name, after) = v6
                    .split_once(']')
                    .ok_or_else(|| Error::usage(format!("an IPv6 address in {origin} has no closing `]`")))?;
                (name, after.strip_prefix(':').unwrap_or(after))
            }
            None => entry.split_once(':').unwrap_or((entry, "")),
        };
        if !port.is_empty() && port.parse::<u16>().is_err() {
            return Err(Error::usage(format!("the port in {origin} is not a number from 1 to 65535"))
                .hint(ENCODE_HINT));
        }
        names.push(decode(name, "host", origin)?);
        ports.push(port.to_owned());
    }
    let given = |list: &[String]| list.iter().any(|entry| !entry.is_empty());
    if given(&names) {
        pairs.push(("host".into(), names.join(",")));
    }
    if given(&ports) {
        pairs.push(("port".into(), ports.join(",")));
    }
    Ok(())
}

fn push(pairs: &mut Pairs, key: &str, value: String) {
    if !value.is_empty() {
        pairs.push((key.to_owned(), value));
    }
}

fn decode(text: &str, part: &str, origin: &str) -> Result<String> {
    let broken = |what: &str| Error::usage(format!("the {part} in {origin} {what}")).hint(ENCODE_HINT);
    // percent_encoding passes a lone `%` through; libpq refuses it, and it is nearly always an unescaped password.
    let mut pieces = text.split('%');
    pieces.next();
    let escaped = |piece: &str| piece.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !pieces.all(escaped) {
        return Err(broken("has a `%` that is not followed by two hexadecimal digits"));
    }
    let decoded = percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| broken("is not UTF-8 after percent-decoding"))?;
    if decoded.contains('\0') {
        return Err(broken("contains a NUL character"));
    }
    Ok(decoded.into_owned())
}

/// `key = value key='quoted \' value'`.
fn parse_key_values(text: &str, origin: &str) -> Result<Pairs> {
    let mut pairs = Pairs::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let Some((key, after)) =
            rest.split_once('=').filter(|(key, _)| !key.trim_end().contains(char::is_whitespace))
        else {
            return Err(missing_equals(&pairs, origin));
        };
        let (value, after) = key_value(after.trim_start(), pairs.len() + 1, origin)?;
        pairs.push((key.trim_end().to_owned(), value));
        rest = after.trim_start();
    }
    Ok(pairs)
}

fn missing_equals(pairs: &Pairs, origin: &str) -> Error {
    let place = match pairs.len() {
        0 => "at its start".to_owned(),
        count => format!("after its parameter {count}"),
    };
    Error::usage(format!("{origin} has a word without `=` {place}"))
        .hint("put values with spaces in single quotes: `password='two words'`")
}

/// One value at the start of `text`, and what follows it. A backslash takes the next character literally.
fn key_value<'a>(text: &'a str, number: usize, origin: &str) -> Result<(String, &'a str)> {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut chars = text.char_indices();
    if quoted {
        chars.next();
    }
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            c if !quoted && c.is_whitespace() => return Ok((value, &text[at..])),
            c => value.push(c),
        }
    }
    if quoted {
        return Err(Error::usage(format!("the quoted value of parameter {number} in {origin} does not end")));
    }
    Ok((value, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text, "`--url`").expect("a connection string")
    }

    fn joined(text: &str) -> String {
        pairs(text).into_iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
    }

    fn error(text: &str) -> String {
        parse(text, "`--url`").expect_err("not a connection string").to_string()
    }

    #[test]
    fn url_has_every_part() {
        assert_eq!(
            joined("postgres://me:p%40ss@db.example:5433/shop?sslmode=verify-full&application_name=a%20b"),
            "user=me password=p@ss host=db.example port=5433 dbname=shop sslmode=verify-full application_name=a b"
        );
        assert_eq!(joined("postgresql://"), "");
        assert_eq!(joined("postgresql:///shop?host=/run/pg"), "dbname=shop host=/run/pg");
        assert_eq!(joined("postgres://%2Fvar%2Frun:6/x"), "host=/var/run port=6 dbname=x");
        assert_eq!(
            joined("postgres://u@[::1]:6/x?ssl=true"),
            "user=u host=::1 port=6 dbname=x sslmode=require"
        );
        assert_eq!(joined("postgres://a:1,b,c:3/x"), "host=a,b,c port=1,,3 dbname=x");
    }

    #[test]
    fn key_values_are_unquoted() {
        assert_eq!(
            joined(r"host = h  password='it\'s \\ two words' port=5"),
            r"host=h password=it's \ two words port=5"
        );
        assert_eq!(joined(r"password=a\ b user="), "password=a b user=");
        assert_eq!(pairs("host=/tmp").len(), 1);
    }

    #[test]
    fn errors_never_repeat_a_password() {
        for text in [
            "postgres://u:sec/ret@h/d",
            "postgres://u:sec?ret@h/d",
            "postgres://u:sec%ret@h/d",
            "postgres://u:sec@ret/sec@h/d",
            "postgres://u:sec@ret?sec@h/d",
            "postgres://u:sec@ret?user=sec@h/d",
            "postgres://u:7/sec@h/d",
            "postgres://u:7?user=sec@h/d",
            "postgres://u:p@sec ret/d",
            "postgres://u:p@[sec/d",
            "sec+ret://u",
            "\"postgres://u:sec@h/d\"",
            "postgres:/sec:ret@h/d",
            "host=h password=a secret",
            "host=h sec='ret",
            "sec=ret sec",
            "password='secret",
            "sec/ret",
        ] {
            let message = error(text);
            assert!(!message.contains("sec") && !message.contains("ret"), "{text}: {message}");
        }
    }

    #[test]
    fn what_can_be_told_apart_is_taken() {
        assert_eq!(joined("postgres://u:a@b@h/d"), "user=u password=a@b host=h dbname=d");
        assert_eq!(joined("postgres://u:a#b c:d,e@h/d"), "user=u password=a#b c:d,e host=h dbname=d");
        assert_eq!(joined("postgres://u:a%2Fb%3F%40@h/d"), "user=u password=a/b?@ host=h dbname=d");
        assert_eq!(joined("postgres://h/d?password=a%40b"), "host=h dbname=d password=a@b");
    }

    #[test]
    fn other_databases_are_named() {
        assert!(error("mysql://u:p@h/d").contains("`mysql://`"));
        assert!(error("postgresql+psycopg2://u:p@h/d").contains("leave out the driver: `postgresql://…`"));
    }
}
