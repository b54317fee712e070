//! Log lines on stderr, plain or JSON.

use super::arguments::{Global, LogFormat};
use env_logger::Target;
use log::LevelFilter;
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
    // The driver logs the text of statements, secrets included.
    builder.filter_module("tokio_postgres", LevelFilter::Warn).filter_module("rustls", LevelFilter::Warn);
    let json = global.log_format == LogFormat::Json;
    let terminal = std::io::stderr().is_terminal();
    builder.format(move |out, record| {
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

/// Shows the error that ends the process.
pub fn error(global: &Global, error: &Error) {
    let mut err = std::io::stderr().lock();
    if global.log_format == LogFormat::Json {
        let line = serde_json::json!({
            "time": humantime::format_rfc3339_millis(std::time::SystemTime::now()).to_string(),
            "level": "error",
            "message": error.message,
            "notes": error.notes,
            "hint": error.hint,
            "sqlstate": error.sqlstate,
            "exit_code": error.kind.exit_code(),
        });
        let _ = writeln!(err, "{line}");
        return;
    }
    let red = if err.is_terminal() { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    let _ = writeln!(err, "{}error{}: {}", red.0, red.1, printable_lines(&error.to_string()));
}
