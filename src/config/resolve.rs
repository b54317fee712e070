//! Settings as text → [`Connection`], with libpq's defaults.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::settings::{Lookup, Setting, Settings};
use super::{
    Address, ChannelBinding, Connection, DEFAULT_PORT, DEFAULT_SOCKET_DIR, Host, Keepalive, Method,
    RequireAuth, Roots, Secret, SslMode, TargetSession, Tls, passfile,
};
use crate::error::{Error, Result};

const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_APPLICATION_NAME: &str = "pgreconcile";

/// Gives every setting its type and its default.
pub(super) fn connection(settings: &Settings, env: &Lookup<'_>) -> Result<Connection> {
    let home = env("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let user = match settings.text("user") {
        Some(user) => user.to_owned(),
        None => os_user()?,
    };
    let dbname = settings.text("dbname").map_or_else(|| user.clone(), str::to_owned);
    refuse_gss(settings)?;
    refuse_strings(settings)?;
    let mut connection = Connection {
        hosts: hosts(settings)?,
        dbname,
        user,
        password: settings.text("password").map(Secret::new),
        tls: tls(settings, home.as_deref())?,
        connect_timeout: connect_timeout(settings)?,
        first_answer: connect_timeout(settings)?,
        application_name: application_name(settings),
        options: settings.text("options").map(str::to_owned),
        require_auth: require_auth(settings)?,
        channel_binding: word(settings, "channel_binding", &CHANNEL_BINDING)?,
        target_session: word(settings, "target_session_attrs", &TARGET_SESSION)?,
        keepalive: keepalive(settings)?,
    };
    if connection.password.is_none() {
        add_file_passwords(&mut connection, settings, home.as_deref());
    }
    Ok(connection)
}

const CHANNEL_BINDING: [(&str, ChannelBinding); 3] = [
    ("disable", ChannelBinding::Disable),
    ("prefer", ChannelBinding::Prefer),
    ("require", ChannelBinding::Require),
];

const TARGET_SESSION: [(&str, TargetSession); 5] = [
    ("any", TargetSession::Any),
    ("read-write", TargetSession::ReadWrite),
    ("read-only", TargetSession::ReadOnly),
    ("primary", TargetSession::Primary),
    ("standby", TargetSession::Standby),
];

fn word<T: Copy + Default>(settings: &Settings, keyword: &str, words: &[(&str, T)]) -> Result<T> {
    settings.get(keyword).map_or(Ok(T::default()), |setting| setting.one_of(keyword, words))
}

fn os_user() -> Result<String> {
    whoami::username().map_err(|error| {
        Error::usage(format!(
            "no user is given, and the name of the operating system's user is unknown: {error}"
        ))
        .hint("set the user in `--url`, `POSTGRES_USER` or `PGUSER`")
    })
}

fn refuse_gss(settings: &Settings) -> Result<()> {
    match settings.get("gssencmode") {
        Some(setting) if setting.value == "require" => {
            Err(setting.invalid("gssencmode", "`disable` or `prefer`: GSS encryption is not supported"))
        }
        _ => Ok(()),
    }
}

/// A connection string in a place that is not for one would be shown there, and the password with it.
fn refuse_strings(settings: &Settings) -> Result<()> {
    for keyword in ["host", "user", "dbname", "application_name"] {
        let Some(setting) = settings.get(keyword) else { continue };
        let value = setting.value.to_ascii_lowercase();
        let is_host = |text: &str| !text.contains(['@', '?', '#']) && !text.contains(char::is_whitespace);
        let is_string = value.contains("://") || value.contains("password=") || value.contains("password =");
        if is_string || keyword == "host" && !value.starts_with('/') && !is_host(value.trim()) {
            return Err(Error::usage(format!(
                "the {keyword} in {} looks like a connection string",
                setting.origin
            ))
            .hint("give it by `--url` or `DATABASE_URL`, or take the parts of it"));
        }
    }
    Ok(())
}

fn application_name(settings: &Settings) -> String {
    let given = settings.text("application_name").or(settings.text("fallback_application_name"));
    given.unwrap_or(DEFAULT_APPLICATION_NAME).to_owned()
}

/// libpq: a list of methods, all of them with `!` or none.
fn require_auth(settings: &Settings) -> Result<RequireAuth> {
    const EXPECTED: &str =
        "`password`, `md5`, `scram-sha-256` or `none`, separated by commas; or such with `!` before each";
    let Some(setting) = settings.get("require_auth") else { return Ok(RequireAuth::default()) };
    let words: Vec<&str> = setting.value.split(',').map(str::trim).collect();
    let denied = words.iter().filter(|word| word.starts_with('!')).count();
    if denied != 0 && denied != words.len() {
        return Err(
            setting.invalid("require_auth", "either methods, or methods with `!` before each of them")
        );
    }
    let mut named = Vec::new();
    for word in words {
        let name = word.strip_prefix('!').unwrap_or(word);
        // What cannot be done is not done, so to deny it changes nothing.
        if let Some(name) = ["gss", "sspi", "oauth"].iter().find(|unsupported| **unsupported == name) {
            if denied == 0 {
                return Err(Error::usage(format!("`{name}` in {} is not supported", setting.origin))
                    .hint(format!("expected {EXPECTED}")));
            }
            continue;
        }
        let method = Method::ALL.into_iter().find(|method| method.name() == name);
        let method = method.ok_or_else(|| setting.invalid("require_auth", EXPECTED))?;
        if named.contains(&method) {
            return Err(Error::usage(format!("`{}` stands twice in {}", method.name(), setting.origin))
                .hint("name each method once"));
        }
        named.push(method);
    }
    Ok(RequireAuth::of(&named, denied != 0))
}

/// libpq: zero, or less, waits without end.
fn connect_timeout(settings: &Settings) -> Result<Option<Duration>> {
    let Some(setting) = settings.get("connect_timeout") else { return Ok(Some(DEFAULT_CONNECT_TIMEOUT)) };
    let seconds: i32 = setting.number("connect_timeout")?;
    Ok(u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs))
}

fn keepalive(settings: &Settings) -> Result<Keepalive> {
    let number =
        |keyword: &str| settings.get(keyword).map(|setting| setting.number::<u32>(keyword)).transpose();
    // For libpq zero means the system's default; ours is as good an answer.
    let seconds = |keyword: &str| {
        number(keyword)
            .map(|value| value.filter(|value| *value > 0).map(|value| Duration::from_secs(value.into())))
    };
    let default = Keepalive::default();
    let on = number("keepalives")?.is_none_or(|value| value != 0);
    let idle = seconds("keepalives_idle")?.unwrap_or(default.idle);
    let interval = seconds("keepalives_interval")?.unwrap_or(default.interval);
    let count = number("keepalives_count")?.filter(|count| *count > 0).unwrap_or(default.count);
    let keepalive = Keepalive { on, idle, interval, count, user_timeout: None };
    let user_timeout = match number("tcp_user_timeout")? {
        Some(millis) => (millis > 0).then(|| Duration::from_millis(millis.into())),
        // Nothing is kept alive while something that was sent is unanswered: by itself, Linux then waits for 15 minutes.
        None => on.then(|| keepalive.patience()),
    };
    Ok(Keepalive { user_timeout, ..keepalive })
}

/// Combines the comma-separated lists of hosts, addresses and ports, as libpq does.
fn hosts(settings: &Settings) -> Result<Vec<Host>> {
    let list = |keyword: &str| -> Vec<&str> {
        settings.text(keyword).map_or_else(Vec::new, |text| text.split(',').map(str::trim).collect())
    };
    let (names, addrs, ports) = (list("host"), list("hostaddr"), list("port"));
    let count = names.len().max(addrs.len()).max(1);
    for (keyword, length) in [("host", names.len()), ("hostaddr", addrs.len()), ("port", ports.len())] {
        let one_for_all = keyword == "port" && length == 1;
        if length != 0 && length != count && !one_for_all {
            return Err(Error::usage(format!("{count} hosts are given, but {length} values of `{keyword}`"))
                .hint(format!("give `{keyword}` once for each host, separated by commas")));
        }
    }
    let host = |at: usize| {
        let addr = match addrs.get(at).filter(|addr| !addr.is_empty()) {
            Some(addr) => Some(parse_addr(addr, settings.get("hostaddr"))?),
            None => None,
        };
        let port = ports.get(at).or(ports.first().filter(|_| ports.len() == 1)).copied().unwrap_or("");
        let name = names.get(at).copied().unwrap_or("");
        Ok(Host {
            address: address(name, addr),
            addr,
            port: parse_port(port, settings.get("port"))?,
            password: None,
        })
    };
    (0..count).map(host).collect()
}

fn parse_addr(text: &str, setting: Option<&Setting>) -> Result<IpAddr> {
    text.parse().map_err(|_| invalid("hostaddr", text, setting, "an IP address"))
}

fn parse_port(text: &str, setting: Option<&Setting>) -> Result<u16> {
    if text.is_empty() {
        return Ok(DEFAULT_PORT);
    }
    let port = text.parse().ok().filter(|port| *port != 0);
    port.ok_or_else(|| invalid("port", text, setting, "a number from 1 to 65535"))
}

fn invalid(keyword: &str, text: &str, setting: Option<&Setting>, expected: &str) -> Error {
    match setting {
        Some(setting) => setting.invalid_part(keyword, text, expected),
        None => Error::usage(format!("invalid {keyword}")).hint(format!("expected {expected}")),
    }
}

fn address(name: &str, addr: Option<IpAddr>) -> Address {
    match (name, addr) {
        ("", Some(addr)) => Address::Tcp(addr.to_string()),
        ("", None) => default_address(),
        (name, _) if name.starts_with('/') => Address::Socket(name.into()),
        (name, _) => Address::Tcp(name.to_owned()),
    }
}

fn default_address() -> Address {
    let socket_dir = Path::new(DEFAULT_SOCKET_DIR);
    if cfg!(unix) && socket_dir.is_dir() {
        Address::Socket(socket_dir.to_owned())
    } else {
        Address::Tcp("localhost".to_owned())
    }
}

/// Files that are not named are looked for where libpq does, in `~/.postgresql`.
fn tls(settings: &Settings, home: Option<&Path>) -> Result<Tls> {
    let usual =
        |name: &str| home.map(|home| home.join(".postgresql").join(name)).filter(|path| path.is_file());
    let roots = match settings.text("sslrootcert") {
        Some("system") => Roots::System,
        Some(path) => Roots::File(path.into()),
        None => usual("root.crt").map_or(Roots::Default, Roots::File),
    };
    let cert = settings.text("sslcert").map(PathBuf::from).or_else(|| usual("postgresql.crt"));
    let key = settings
        .text("sslkey")
        .map(PathBuf::from)
        .or_else(|| usual("postgresql.key").filter(|_| cert.is_some()));
    let mode = ssl_mode(settings, &roots)?;
    Ok(Tls { mode, roots, cert, key, direct: direct_negotiation(settings, mode)? })
}

/// With the system's roots anybody can have a certificate, so libpq insists on the name then.
fn ssl_mode(settings: &Settings, roots: &Roots) -> Result<SslMode> {
    let Some(setting) = settings.get("sslmode") else {
        return Ok(if *roots == Roots::System { SslMode::VerifyFull } else { SslMode::default() });
    };
    let mode = setting.one_of("sslmode", &SslMode::WORDS)?;
    if *roots == Roots::System && mode < SslMode::VerifyFull {
        return Err(Error::usage(format!("weak sslmode `{mode}` cannot be used with `sslrootcert=system`"))
            .hint("use `sslmode=verify-full`"));
    }
    Ok(mode)
}

fn direct_negotiation(settings: &Settings, mode: SslMode) -> Result<bool> {
    let direct = word(settings, "sslnegotiation", &[("postgres", false), ("direct", true)])?;
    if direct && mode < SslMode::Require {
        return Err(Error::usage(format!(
            "weak sslmode `{mode}` cannot be used with `sslnegotiation=direct`"
        ))
        .hint("use `sslmode=require`, `verify-ca` or `verify-full`"));
    }
    Ok(direct)
}

fn add_file_passwords(connection: &mut Connection, settings: &Settings, home: Option<&Path>) {
    let named = settings.text("passfile").map(PathBuf::from);
    let Some(path) = named.or_else(|| home.map(|home| home.join(".pgpass"))) else { return };
    for host in &mut connection.hosts {
        let key = passfile::Key {
            address: &host.address,
            port: host.port,
            dbname: &connection.dbname,
            user: &connection.user,
        };
        host.password = passfile::find(&path, &key);
    }
}
