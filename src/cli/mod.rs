//! The command line: arguments, environment, channels, exit codes. Results go to stdout; logs and progress to stderr.

mod arguments;
mod commands;
mod history;
mod inspect;
mod interrupt;
mod logging;
mod progress;
mod reference;

use arguments::{Arguments, Command, Format, Global};
use clap::error::ErrorKind as ClapKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};
use pgreconcile::config::{Connection, Secret};
use pgreconcile::model::is_obeyed;
use pgreconcile::{Error, ErrorKind};
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

/// Runs the command that the process was started with; gives the exit code.
pub fn main() -> u8 {
    let parsed = Arguments::command()
        .try_get_matches()
        .and_then(|matches| Ok((Arguments::from_arg_matches(&matches)?, matches)));
    let (arguments, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return complain(&error),
    };
    logging::start(&arguments.global);
    warn_of_password(&arguments.global, &matches);
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            logging::error(&arguments.global, &error);
            tell_program(arguments.global.format, &error);
            exit_code(&error)
        }
    }
}

/// Writes the document that a program gets instead of a result. Where there is one already, the error is in its terms.
fn tell_program(format: Format, error: &Error) {
    if format == Format::Json && !HAS_RESULT.load(Ordering::SeqCst) {
        let mut value = pgreconcile::report::json_of_error(&logging::shown(error));
        value["exit_code"] = exit_code(error).into();
        output(&document(&value));
    }
}

fn exit_code(error: &Error) -> u8 {
    interrupt::exit_code().unwrap_or(error.kind.exit_code())
}

fn run(arguments: &Arguments) -> Result<u8, Error> {
    let global = &arguments.global;
    let is_plan = matches!(arguments.command, Command::Plan { .. });
    if global.format == Format::Sql && !is_plan {
        return Err(Error::usage("`--format sql` is for `plan`"));
    }
    match &arguments.command {
        Command::Apply { dry_run } => commands::apply(global, *dry_run),
        Command::Plan { check } => commands::plan(global, *check),
        Command::Check => commands::check(global),
        Command::Exec { keep_env, command } => commands::exec(global, *keep_env, command),
        Command::Validate => commands::validate(global),
        Command::Wait => commands::wait(global),
        Command::Status => commands::status(global),
        Command::Rollback { to } => commands::rollback(global, *to),
        Command::Seed { files } => commands::seed(global, files),
        Command::Reset => commands::reset(global),
        Command::History { run } => history::history(global, *run),
        Command::Inspect { split, output } => inspect::inspect(global, *split, output.as_deref()),
        Command::JsonSchema => commands::json_schema(),
        Command::Reference => {
            output(&reference::reference());
            Ok(0)
        }
    }
}

/// Everybody on the machine sees the arguments of a process.
fn warn_of_password(global: &Global, matches: &ArgMatches) {
    let matches = matches.subcommand().map_or(matches, |(_, of_command)| of_command);
    let is_typed = matches.value_source("url") == Some(ValueSource::CommandLine);
    if is_typed && global.url.as_ref().map(Secret::expose).is_some_and(Connection::has_password) {
        log::warn!(
            "the password in `--url` can be seen by everybody on this machine (`ps`); give the URL by `{}` or \
             `DATABASE_URL`, or the password by `PGPASSWORD` or the password file `~/.pgpass`",
            arguments::URL
        );
    }
}

/// Help and version are no errors; all else is wrong usage.
fn complain(error: &clap::Error) -> u8 {
    let plain = error.to_string();
    let shown = logging::without_urls(&plain);
    if shown == plain {
        let _ = error.print();
    } else {
        let _ = std::io::stderr().lock().write_all(shown.as_bytes());
    }
    match error.kind() {
        ClapKind::DisplayHelp | ClapKind::DisplayVersion => 0,
        _ => ErrorKind::Usage.exit_code(),
    }
}

/// A JSON document on several lines, in whose strings everything is escaped that a terminal would obey.
fn document(value: &serde_json::Value) -> String {
    let text = format!("{value:#}\n");
    text.chars().fold(String::with_capacity(text.len()), |mut shown, char| {
        match char {
            '\n' => shown.push(char),
            // JSON knows no more than sixteen bits.
            _ if is_obeyed(char) => {
                let mut room = [0; 2];
                shown.extend(char.encode_utf16(&mut room).iter().map(|unit| format!("\\u{unit:04x}")));
            }
            _ => shown.push(char),
        }
        shown
    })
}

/// Whether a result was written.
static HAS_RESULT: AtomicBool = AtomicBool::new(false);

/// Writes a result. A reader that has gone away is not our failure.
fn output(text: &str) {
    HAS_RESULT.store(true, Ordering::SeqCst);
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
