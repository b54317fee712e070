use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use super::*;
use crate::ErrorKind;

fn resolve(url: Option<&str>, env: &[(&str, &str)]) -> crate::Result<Connection> {
    let env: HashMap<&str, &str> = env.iter().copied().collect();
    Connection::resolve(url, &|name| env.get(name).map(|value| (*value).to_owned()))
}

fn resolved(url: &str, env: &[(&str, &str)]) -> Connection {
    resolve(Some(url), env).expect("settings")
}

fn error(url: &str, env: &[(&str, &str)]) -> String {
    let error = resolve(Some(url), env).expect_err("no settings");
    assert_eq!(error.kind, ErrorKind::Usage);
    error.to_string()
}

#[test]
fn an_explicit_url_beats_the_environment() {
    let env = [("DATABASE_URL", "postgres://b@second/x"), ("POSTGRES_HOST", "third"), ("PGHOST", "fourth")];
    assert_eq!(resolved("postgres://a@first/x", &env).display(), "postgres://a@first:5432/x");
    let from_env = |env: &[(&str, &str)]| resolve(None, env).expect("settings").display();
    assert_eq!(from_env(&env), "postgres://b@second:5432/x");
    let user = ("PGUSER", "u");
    assert_eq!(from_env(&[user, env[1], env[2]]), "postgres://u@third:5432/u");
    assert_eq!(from_env(&[user, env[2]]), "postgres://u@fourth:5432/u");
    assert_eq!(from_env(&[user, env[2], ("DATABASE_URL", "")]), "postgres://u@fourth:5432/u");
}

#[test]
fn what_a_url_leaves_open_comes_from_libpq() {
    let env = [
        ("PGPASSWORD", "pw"),
        ("PGSSLMODE", "verify-full"),
        ("PGSSLROOTCERT", "/ca.pem"),
        ("PGCONNECT_TIMEOUT", "3"),
        ("PGPORT", "6000"),
        ("PGHOSTADDR", "192.0.2.1"),
        ("POSTGRES_PASSWORD", "not this"),
    ];
    let connection = resolved("postgres://u@h/d", &env);
    assert_eq!(connection.password, Some(Secret::new("pw")));
    assert_eq!(connection.tls.mode, SslMode::VerifyFull);
    assert_eq!(connection.tls.roots, Roots::File(PathBuf::from("/ca.pem")));
    assert_eq!(connection.connect_timeout, Some(Duration::from_secs(3)));
    assert_eq!((connection.hosts[0].port, connection.hosts[0].addr), (6000, None));
    assert_eq!(resolved("postgres://u:own@h/d", &env).password, Some(Secret::new("own")));
}

#[test]
fn postgres_variables_make_a_whole_connection() {
    let base = [
        ("POSTGRES_HOST", "db"),
        ("POSTGRES_PORT", "5433"),
        ("POSTGRES_DB", "shop"),
        ("POSTGRES_USER", "me"),
        ("POSTGRES_PASSWORD", "pw"),
    ];
    let with_ssl = |value: &str| {
        let env: Vec<_> = base.into_iter().chain([("POSTGRES_SSL", value)]).collect();
        resolve(None, &env).map(|connection| connection.tls.mode)
    };
    let connection = resolve(None, &base).expect("settings");
    assert_eq!(connection.display(), "postgres://me@db:5433/shop");
    assert_eq!(connection.password, Some(Secret::new("pw")));
    assert_eq!(connection.tls.mode, SslMode::Prefer);
    for word in ["true", "1", "on", "require"] {
        assert_eq!(with_ssl(word).expect("a mode"), SslMode::Require);
    }
    for word in ["false", "0", "off", "disable"] {
        assert_eq!(with_ssl(word).expect("a mode"), SslMode::Disable);
    }
    assert_eq!(with_ssl("verify-full").expect("a mode"), SslMode::VerifyFull);
    assert!(with_ssl("verify_full").expect_err("none").to_string().contains("did you mean `verify-full`?"));
}

#[test]
fn defaults_are_those_of_libpq() {
    let connection = resolve(None, &[("PGUSER", "me")]).expect("settings");
    assert_eq!((connection.dbname.as_str(), connection.application_name.as_str()), ("me", "pgreconcile"));
    assert_eq!(connection.connect_timeout, Some(Duration::from_secs(10)));
    assert_eq!(connection.hosts.len(), 1);
    assert!(resolve(None, &[]).is_ok_and(|connection| connection.user == connection.dbname));
    assert_eq!(resolved("postgres://h/d?connect_timeout=0", &[]).connect_timeout, None);
}

#[test]
fn a_dead_path_is_noticed_in_one_time_whether_something_was_sent_or_not() {
    let timeout = |url: &str| resolved(url, &[]).keepalive.user_timeout.map(|time| time.as_secs());
    assert_eq!(timeout("postgres://h/d"), Some(90));
    assert_eq!(
        timeout("postgres://h/d?keepalives_idle=5&keepalives_interval=2&keepalives_count=3"),
        Some(11)
    );
    assert_eq!(timeout("postgres://h/d?tcp_user_timeout=4000"), Some(4));
    assert_eq!(timeout("postgres://h/d?tcp_user_timeout=0"), None);
    assert_eq!(timeout("postgres://h/d?keepalives=0"), None);
}

#[test]
fn several_hosts_have_several_ports() {
    let connection = resolved("postgres://u@a:1,b,[::1]:3/d", &[]);
    assert_eq!(connection.display(), "postgres://u@a:1,b:5432,[::1]:3/d");
    assert_eq!(resolved("host=a,b port=7 user=u dbname=d", &[]).display(), "postgres://u@a:7,b:7/d");
    assert!(error("host=a,b port=1,2,3", &[]).contains("2 hosts are given, but 3 values of `port`"));
}

#[test]
fn sockets_are_directories() {
    let connection = resolved("postgres://u@%2Frun%2Fpg:6000/d", &[]);
    assert_eq!(connection.hosts[0].address, Address::Socket("/run/pg".into()));
    assert_eq!(connection.hosts[0].to_string(), "/run/pg/.s.PGSQL.6000");
    assert_eq!(connection.display(), "postgres://u@/d?host=/run/pg&port=6000");
    assert_eq!(resolved(&connection.display(), &[]), connection);
}

#[test]
fn wrong_settings_are_named_with_their_place() {
    assert!(error("postgres://h/d?sslmod=require", &[]).contains("did you mean `sslmode`?"));
    assert!(
        error("postgres://h/d?pgbouncer=true", &[]).contains("`--url` has an unknown connection parameter")
    );
    assert!(error("postgres://h/d?sslcrl=x", &[]).contains("`sslcrl` in `--url` is not supported"));
    assert!(error("postgres://h/d", &[("PGSSLMODE", "verifyfull")]).contains("`verifyfull` in `PGSSLMODE`"));
    assert!(error("postgres://h/d", &[("PGPORT", "x")]).contains("invalid port `x` in `PGPORT`"));
    assert!(error("postgres://h/d?sslrootcert=system&sslmode=require", &[]).contains("weak sslmode"));
    let service = resolve(None, &[("PGSERVICE", "x")]).expect_err("not supported");
    assert!(service.message.contains("`PGSERVICE`"));
}

#[test]
fn no_password_is_ever_shown() {
    let connection = resolved("postgres://u:hunter2@h/d", &[]);
    assert!(!format!("{connection:?} {connection} {connection:#?}").contains("hunter2"));
    // What follows an unescaped character lands in the place of something else.
    for url in [
        "password=hunter2 hunter=3",
        "password=my sslmode=hunter2",
        "password=my port=hunter2",
        "password=my hostaddr=hunter2",
        "password=my require_auth=hunter2",
        "password=my keepalives=hunter2",
        "password=my hunter2=x",
        "host=a,b port=hunter2,1 password=x",
        "postgres://u:my?hunter2=@h/d",
        "postgres://u:my?sslmode=hunter2@h/d",
        "postgres://h/d?sslmode=hunter2",
        "postgres://h/d?hunter2=x",
        "postgres://h/d?password=my&hunter2",
    ] {
        let error = error(url, &[]);
        assert!(!error.contains("hunter"), "{url}: {error}");
        let variable = resolve(None, &[("DATABASE_URL", url)]).expect_err("no settings").to_string();
        assert!(!variable.contains("hunter"), "{url}: {variable}");
    }
    for name in
        ["POSTGRES_HOST", "POSTGRES_DB", "POSTGRES_USER", "PGHOST", "PGDATABASE", "PGUSER", "PGAPPNAME"]
    {
        for url in ["postgres://u:hunter2@h/d", "host=h password=hunter2", "x://hunter2"] {
            let error = resolve(None, &[(name, url)]).expect_err("no settings").to_string();
            assert!(error.contains(name) && !error.contains("hunter2"), "{name}: {error}");
        }
    }
    let file = resolve(None, &[("POSTGRES_HOST", "h"), ("POSTGRES_PASSWORD_FILE", "hunter2")]);
    assert!(!file.expect_err("no such file").to_string().contains("hunter2"));
}

#[test]
fn a_password_in_a_url_is_seen() {
    for url in ["postgres://u:pw@h/d", "postgres://h/d?password=pw", "host=h password=pw", "postgres://:pw@h"]
    {
        assert!(Connection::has_password(url), "{url}");
    }
    for url in [
        "postgres://u@h/d",
        "postgres://u:@h/d",
        "host=h password=''",
        "postgres://h/d?passfile=x",
        "nonsense",
    ] {
        assert!(!Connection::has_password(url), "{url}");
    }
}

#[test]
fn methods_are_required_as_in_libpq() {
    let allowed = |text: &str| {
        let connection = resolved(&format!("postgres://h/d?require_auth={text}"), &[]);
        Method::ALL.map(|method| connection.require_auth.allows(method))
    };
    assert_eq!(allowed(""), [true; 4]);
    assert_eq!(allowed("scram-sha-256"), [false, false, true, false]);
    assert_eq!(allowed("md5, none"), [false, true, false, true]);
    assert_eq!(allowed("!password,!md5"), [false, false, true, true]);
    assert_eq!(allowed("!gss,!password"), [false, true, true, true]);
    let env = [("PGREQUIREAUTH", "scram-sha-256")];
    assert!(!resolved("postgres://h/d", &env).require_auth.allows(Method::None));
    let wrong = |text: &str| error("postgres://h/d", &[("PGREQUIREAUTH", text)]);
    assert!(wrong("gss").contains("`gss` in `PGREQUIREAUTH` is not supported"));
    assert!(wrong("sspi,md5").contains("`sspi` in `PGREQUIREAUTH` is not supported"));
    assert!(wrong("password,!md5").contains("either methods, or methods with `!`"));
    assert!(wrong("scram").contains("invalid require_auth `scram` in `PGREQUIREAUTH`"));
    assert!(wrong("md5,").contains("invalid require_auth"));
    assert!(wrong("md5,md5").contains("`md5` stands twice"));
}
