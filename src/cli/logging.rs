//! Log lines on stderr, plain or JSON.

use super::arguments::{Global, LogFormat};
use env_logger::Target;
use log::{Level, LevelFilter};
use pgreconcile::Error;
use pgreconcile::model::printable_lines;
use std::io::{IsTerminal as _, Write as _};

/// Starts logging. `RUST_LOG` overrides the level.
pub fn start(global: &Global) {
    let level = match global.verbose {
        0 => LevelFilter::Info,
        1 => LevelFilter::Debug,
        _ => LevelFilter::Trace,
    };
    let mut builder = env_logger::Builder::new();
    builder.target(Target::Stderr).filter_level(level);
    if let Ok(filter) = std::env::var("RUST_LOG") {
        builder.parse_filters(&filter);
    }
    builder.filter_module("tokio_postgres", LevelFilter::Warn).filter_module("rustls", LevelFilter::Warn);
    let json = global.log_format == LogFormat::Json;
    let terminal = std::io::stderr().is_terminal();
    builder.format(move |out, record| {
        // The driver logs the text of statements, secrets included; no filter asks for that by mistake.
        if record.target().starts_with("tokio_postgres") && record.level() > Level::Warn {
            return Ok(());
        }
        let time = out.timestamp_millis();
        let message = printable_lines(&record.args().to_string());
        if json {
            let line = serde_json::json!({
                "time": time.to_string(),
                "level": record.level().as_str().to_lowercase(),
                "message": message,
            });
            writeln!(out, "{line}")
        } else if terminal {
            let style = out.default_level_style(record.level());
            writeln!(out, "{style}{:>5}{style:#} {message}", record.level().as_str().to_lowercase())
        } else {
            writeln!(out, "{time} {:>5} {message}", record.level().as_str().to_lowercase())
        }
    });
    let _ = builder.try_init();
}

/// The error without what nobody may see.
pub fn shown(error: &Error) -> Error {
    Error {
        message: without_urls(&error.message),
        notes: error.notes.iter().map(|note| without_urls(note)).collect(),
        hint: error.hint.as_deref().map(without_urls),
        ..error.clone()
    }
}

/// Shows the error that ends the process.
pub fn error(global: &Global, error: &Error) {
    let error = shown(error);
    let mut err = std::io::stderr().lock();
    if global.log_format == LogFormat::Json {
        let line = serde_json::json!({
            "time": humantime::format_rfc3339_millis(std::time::SystemTime::now()).to_string(),
            "level": "error",
            "message": printable_lines(&error.message),
            "notes": error.notes.iter().map(|note| printable_lines(note)).collect::<Vec<_>>(),
            "hint": error.hint.as_deref().map(printable_lines),
            "sqlstate": error.sqlstate,
            "exit_code": super::exit_code(&error),
        });
        let _ = writeln!(err, "{line}");
        return;
    }
    let red = if err.is_terminal() { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    let _ = writeln!(err, "{}error{}: {}", red.0, red.1, printable_lines(&error.to_string()));
}

/// A message without what was typed in a place that is not for it and could be a connection string: it may be anywhere, and
/// every complaint about it would repeat it.
pub fn without_urls(text: &str) -> String {
    without(text, std::env::args_os().map(|word| word.to_string_lossy().into_owned()))
}

fn without(text: &str, words: impl Iterator<Item = String>) -> String {
    let suspicious = |word: &String| {
        let lower = word.to_lowercase();
        lower.contains("://")
            || lower.contains("password=")
            || lower.contains("password =")
            || lower.contains('@')
    };
    let mut text = text.to_owned();
    for word in words.skip(1).filter(suspicious).filter(|word| !has_only_a_user(word)) {
        // Of `--flag=value` only one part may be shown.
        let value = word.split_once('=').filter(|_| word.starts_with('-')).map(|(_, value)| value);
        for part in [Some(word.as_str()), value].into_iter().flatten().filter(|part| part.len() > 1) {
            text = text.replace(part, "***");
        }
    }
    text
}

/// Whether the text is a URL with a user and without a password: what an error says of the database is the same text then.
fn has_only_a_user(word: &str) -> bool {
    let word = word.to_lowercase();
    let Some((_, rest)) = word.split_once("://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let has_user =
        authority.split_once('@').is_some_and(|(user, host)| !user.contains(':') && !host.contains('@'));
    has_user && !word.contains("password") && !rest[authority.len()..].contains(['@', ':'])
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn a_url_without_a_password_is_shown() {
        let of = |word: &str| {
            without(&format!("`{word}` could not be reached"), ["p", word].map(str::to_owned).into_iter())
        };
        assert_eq!(of("postgres://u@h:1/d"), "`postgres://u@h:1/d` could not be reached");
        for word in [
            "postgres://u@h:1/d?password=x",
            "postgres://u:p@h/d",
            "postgres://u@p@h/d",
            "postgres://u@h/d?x=://u:p@h",
        ] {
            assert_eq!(of(word), "`***` could not be reached", "{word}");
        }
    }

    #[test]
    fn a_url_in_the_wrong_place_is_not_repeated() {
        for word in [
            "postgres://u:hunter2@h/d",
            "--wait=postgres://u:hunter2@h/d",
            "host=h password=hunter2",
            "u:hunter2@h",
            "PostgreSQL://u:hunter2",
        ] {
            let shown =
                word.split_once('=').filter(|_| word.starts_with('-')).map_or(word, |(_, value)| value);
            let text = format!("error: unexpected argument '{shown}' found");
            let words = ["pgreconcile", "apply", word].map(str::to_owned);
            assert_eq!(without(&text, words.into_iter()), "error: unexpected argument '***' found", "{word}");
        }
    }
}
