//! What a failed attempt to connect means: whether to try again, and what to tell people.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use postgres::error::{DbError, SqlState};
use rustls::{AlertDescription, CertificateError};

use super::auth::Refusal;
use super::connect::{Attempt, ConnectError, Reason};
use crate::config::{Address, Connection, Host, SslMode, Tls};
use crate::error::{Error, ErrorKind};

/// Words of the driver, which keeps its error kinds to itself. Integration tests hold them.
const NO_PASSWORD: &str = "password missing";

/// Explains why `attempt` at `host` failed.
pub(super) fn diagnose(connection: &Connection, host: &Host, attempt: &Attempt) -> ConnectError {
    let error = match attempt {
        Attempt::TimedOut(limit) => {
            return not_ready(format!(
                "no answer from {} within {}",
                at(host),
                humantime::format_duration(*limit)
            ));
        }
        Attempt::NoThread(error) => return final_error(format!("cannot start a thread: {error}")),
        Attempt::Failed(error) => error,
    };
    if let Some(refusal) = find::<DbError>(error) {
        return from_server(connection, host, refusal);
    }
    if let Some(refusal) = find::<Refusal>(error) {
        return from_door(connection, host, *refusal);
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return from_tls(&connection.tls, host, tls);
    }
    if let Some(io) = find::<io::Error>(error) {
        return from_system(host, io);
    }
    let cause = StdError::source(error).map(ToString::to_string).unwrap_or_default();
    match cause.as_str() {
        NO_PASSWORD => with_hint(
            final_error(format!("the server at {} asks for a password, and none is given", at(host))),
            "set it in the URL, `POSTGRES_PASSWORD`, `PGPASSWORD` or the password file `~/.pgpass`",
        ),
        // The server went away in the middle of the greeting.
        "" if error.is_closed() => not_ready(format!("the server at {} closed the connection", at(host))),
        "" => final_error(format!("cannot connect to {}: {error}", at(host))),
        cause => final_error(format!("cannot connect to {}: {error}: {cause}", at(host))),
    }
}

/// Why the server is not answered.
fn from_door(connection: &Connection, host: &Host, refusal: Refusal) -> ConnectError {
    let mode = connection.tls.mode;
    let message = format!("the server at {} {refusal}", at(host));
    match refusal {
        Refusal::NoTls => with_hint(
            final_error(format!("{message}, but `sslmode={mode}` asks for it")),
            "switch TLS on at the server, or use `sslmode=prefer` where the network is trusted",
        ),
        Refusal::NotAllowed(_) => with_hint(
            final_error(message),
            "let the server's pg_hba.conf ask in another way, or change `require_auth` (`PGREQUIREAUTH`); if neither \
             has changed lately, somebody may stand in between",
        ),
        Refusal::ClearText { .. } => with_hint(
            final_error(message),
            "use `sslmode=verify-full` (or `verify-ca`), or let the server's pg_hba.conf ask by `scram-sha-256`; if \
             neither has changed lately, somebody may stand in between",
        ),
    }
}

/// The error for a session whose server does not answer its first question.
pub(super) fn silent(connection: &Connection, limit: Duration) -> Error {
    let message = format!("no answer from `{connection}` within {}", humantime::format_duration(limit));
    Error::new(ErrorKind::Unreachable, message)
        .note("the server took the connection, and then said nothing; nothing was executed")
        .hint("look at the server's log (`--wait` says how long to wait)")
}

/// The error for a socket where `require_auth` is to be kept.
pub(super) fn unguarded(host: &Host) -> ConnectError {
    let message = format!("`require_auth` cannot be kept on the socket {}", at(host));
    ConnectError {
        reason: Reason::Final,
        error: Error::usage(message).hint("leave it out, or connect over TCP"),
    }
}

/// The error for a server that answers but is not of the sort that was asked for.
pub(super) fn unsuitable(host: &Host, what: &str) -> ConnectError {
    with_hint(
        not_ready(format!("the server at {} {what}", at(host))),
        "`target_session_attrs` asks for another sort of server",
    )
}

/// Whether `sslmode=prefer` and `allow` go on with the other way: after a failed handshake, and after the
/// server's access rules refused the connection as it is.
pub(super) fn other_encryption_may_help(attempt: &Attempt) -> bool {
    let Attempt::Failed(error) = attempt else { return false };
    if let Some(refusal) = find::<DbError>(error) {
        return *refusal.code() == SqlState::INVALID_AUTHORIZATION_SPECIFICATION;
    }
    find::<rustls::Error>(error).is_some() || find::<Refusal>(error) == Some(&Refusal::NoTls)
}

fn not_ready(message: String) -> ConnectError {
    ConnectError { reason: Reason::NotReady, error: Error::new(ErrorKind::Unreachable, message) }
}

fn final_error(message: String) -> ConnectError {
    ConnectError { reason: Reason::Final, error: Error::failed(message) }
}

fn with_hint(mut error: ConnectError, hint: impl Into<String>) -> ConnectError {
    error.error.hint = Some(hint.into());
    error
}

fn at(host: &Host) -> String {
    format!("`{host}`")
}

/// Whether an error of a session means that there is no connection any more: closed by the other side, or given up by the
/// operating system.
pub fn is_lost(error: &postgres::Error) -> bool {
    // Text that cannot be sent is an `io::Error` to the driver, too.
    let sent =
        |io: &io::Error| !matches!(io.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData);
    error.is_closed() || find::<io::Error>(error).is_some_and(sent)
}

/// Whether the server could not do what it was asked for reasons of its own (manual, appendix A): a lock, a deadlock, want of
/// memory or room, a cancel request, a file that it cannot read, a fault in it. What it was asked may be right or wrong.
pub fn is_inability(error: &postgres::Error) -> bool {
    let classes = ["40", "53", "57", "58", "F0", "XX"];
    error.code().is_some_and(|code| {
        classes.iter().any(|class| code.code().starts_with(class)) || *code == SqlState::LOCK_NOT_AVAILABLE
    })
}

/// Whether a connection was given up because nothing came back any more.
pub fn is_silence(error: &postgres::Error) -> bool {
    find::<io::Error>(error).is_some_and(|io| io.kind() == io::ErrorKind::TimedOut)
}

/// Looks for a `T` among an error and its causes. The source of an `io::Error` skips the error that it wraps.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(found) = current.downcast_ref::<T>() {
            return Some(found);
        }
        next = match current.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => current.source(),
        };
    }
    None
}

/// What the operating system said.
fn from_system(host: &Host, error: &io::Error) -> ConnectError {
    use io::ErrorKind as Io;
    let socket = matches!(host.address, Address::Socket(_));
    match error.kind() {
        Io::ConnectionRefused => with_hint(
            not_ready(format!("connection refused by {}", at(host))),
            "is PostgreSQL running there, and does it listen on this address and port?",
        ),
        Io::NotFound if socket => with_hint(
            not_ready(format!("no server listens on the socket {}", at(host))),
            "is PostgreSQL running on this machine? give a host with `--url`, `POSTGRES_HOST` or `PGHOST` if it is elsewhere",
        ),
        Io::PermissionDenied if socket => {
            final_error(format!("no permission to open the socket {}", at(host)))
        }
        Io::TimedOut => not_ready(format!("no answer from {}", at(host))),
        Io::UnexpectedEof | Io::ConnectionReset | Io::BrokenPipe | Io::ConnectionAborted => {
            not_ready(format!("the server at {} closed the connection", at(host)))
        }
        _ if error.to_string().contains("lookup address") => with_hint(
            not_ready(format!("cannot resolve the host name of {}: {}", at(host), without_preface(error))),
            "is the name right, and is its service on the same network?",
        ),
        Io::InvalidData | Io::InvalidInput => with_hint(
            final_error(format!("{} does not speak PostgreSQL's protocol: {error}", at(host))),
            "is the port right?",
        ),
        _ => not_ready(format!("cannot reach {}: {error}", at(host))),
    }
}

/// The standard library's "failed to lookup address information" repeats what is said already.
fn without_preface(error: &io::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(": ").map_or(text.clone(), |(_, reason)| reason.to_owned())
}

/// What the server said while it logged us in.
fn from_server(connection: &Connection, host: &Host, refusal: &DbError) -> ConnectError {
    let reason = reason(refusal);
    let code = refusal.code();
    let kind = if reason == Reason::NotReady { ErrorKind::Unreachable } else { ErrorKind::Failed };
    let message = format!("the server at {} refused the connection: {}", at(host), refusal.message());
    let mut error = Error::new(kind, message).with_sqlstate(code.code());
    error.notes.extend(refusal.detail().map(|detail| format!("detail: {detail}")));
    error.hint = login_hint(connection, code).or_else(|| refusal.hint().map(str::to_owned));
    ConnectError { reason, error }
}

fn reason(refusal: &DbError) -> Reason {
    let code = refusal.code();
    let passing = [
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
    ];
    match code {
        code if *code == SqlState::INVALID_CATALOG_NAME => Reason::NoDatabase,
        code if passing.contains(code) => Reason::NotReady,
        // PgBouncer gives nearly everything this code, and its server may still be starting.
        code if *code == SqlState::PROTOCOL_VIOLATION => pooler_reason(refusal.message()),
        code if code.code().starts_with("08") => Reason::NotReady,
        _ => Reason::Final,
    }
}

fn pooler_reason(message: &str) -> Reason {
    const PASSING: [&str; 5] = [
        "cannot connect to server",
        "server login",
        "query_wait_timeout",
        "no more connections",
        "shutting down",
    ];
    if message.starts_with("no such database") {
        Reason::NoDatabase
    } else if PASSING.iter().any(|text| message.contains(text)) {
        Reason::NotReady
    } else {
        Reason::Final
    }
}

fn login_hint(connection: &Connection, code: &SqlState) -> Option<String> {
    let user = &connection.user;
    if *code == SqlState::INVALID_PASSWORD {
        Some(format!("check the password of the role `{user}`, and that the role exists"))
    } else if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
        Some(format!(
            "does the role `{user}` exist, may it log in, and does the server's pg_hba.conf let it in from here?"
        ))
    } else if *code == SqlState::INVALID_CATALOG_NAME {
        Some(format!("`apply --create-database` creates `{}`", connection.dbname))
    } else if *code == SqlState::PROTOCOL_VIOLATION {
        Some("a pooler answers here; connect to the server itself".to_owned())
    } else {
        None
    }
}

/// What rustls said. Never waited for: a certificate does not become better by itself.
fn from_tls(tls: &Tls, host: &Host, error: &rustls::Error) -> ConnectError {
    match error {
        rustls::Error::InvalidCertificate(problem) => {
            let (what, hint) = certificate_problem(tls, problem);
            let message = format!("the certificate of the server at {} {what}", at(host));
            ConnectError { reason: Reason::Final, error: Error { hint, ..Error::failed(message) } }
        }
        rustls::Error::AlertReceived(alert) => {
            let error = final_error(format!("the server at {} ended the TLS handshake: {alert:?}", at(host)));
            let about_client = [
                AlertDescription::CertificateRequired,
                AlertDescription::BadCertificate,
                AlertDescription::UnknownCA,
                AlertDescription::CertificateExpired,
                AlertDescription::CertificateUnknown,
                AlertDescription::AccessDenied,
            ];
            match about_client.contains(alert) {
                true => with_hint(
                    error,
                    "the server wants another client certificate; see `sslcert` and `sslkey`",
                ),
                false => error,
            }
        }
        other => final_error(format!("TLS with {} failed: {other}", at(host))),
    }
}

fn certificate_problem(tls: &Tls, problem: &CertificateError) -> (String, Option<String>) {
    use CertificateError as Problem;
    let weaker =
        |mode: SslMode| Some(format!("renew it at the server; `sslmode={mode}` would not look at it"));
    match problem {
        Problem::Expired | Problem::ExpiredContext { .. } => ("has expired".into(), weaker(SslMode::Prefer)),
        Problem::NotValidYet | Problem::NotValidYetContext { .. } => {
            ("is not valid yet".into(), Some("compare the clocks of this machine and the server".into()))
        }
        Problem::UnknownIssuer | Problem::BadSignature => {
            ("is signed by an authority that is not trusted".into(), Some(super::tls::trust_hint(tls)))
        }
        Problem::NotValidForNameContext { presented, .. } if !presented.is_empty() => (
            format!("is for another name: {}", names(presented)),
            Some("connect by one of these names, or use `sslmode=verify-ca`, which does not compare it".into()),
        ),
        Problem::NotValidForName | Problem::NotValidForNameContext { .. } => (
            "names no host".into(),
            Some("it needs a subjectAltName with the host, or use `sslmode=verify-ca`; the common name does not count".into()),
        ),
        Problem::Other(_) => (
            "cannot be verified".into(),
            Some("it must be X.509 version 3, with a subjectAltName, and not be an authority's own".into()),
        ),
        other => (format!("cannot be used: {other}"), None),
    }
}

/// rustls writes `DnsName("db.example")`; people want `db.example`.
fn names(presented: &[String]) -> String {
    let plain = |name: &String| {
        let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
        format!("`{}`", inner.trim_matches('"'))
    };
    presented.iter().map(plain).collect::<Vec<_>>().join(", ")
}
