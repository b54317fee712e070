//! The command line: arguments, environment, channels, exit codes. Results go to stdout; logs and progress to stderr.

mod arguments;
mod commands;
mod history;
mod inspect;
mod interrupt;
mod logging;
mod progress;
mod reference;

use arguments::{Arguments, Command};
use clap::Parser as _;
use clap::error::ErrorKind as ClapKind;
use pgreconcile::model::is_obeyed;
use pgreconcile::{Error, ErrorKind};
use std::io::Write as _;

/// Runs the command that the process was started with; gives the exit code.
pub fn main() -> u8 {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return complain(&error),
    };
    logging::start(&arguments.global);
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            logging::error(&arguments.global, &error);
            error.kind.exit_code()
        }
    }
}

fn run(arguments: &Arguments) -> Result<u8, Error> {
    let global = &arguments.global;
    match &arguments.command {
        Command::Apply => commands::apply(global),
        Command::Plan { check } => commands::plan(global, *check),
        Command::Check => commands::check(global),
        Command::Exec { command } => commands::exec(global, command),
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

/// Help and version are no errors; all else is wrong usage.
fn complain(error: &clap::Error) -> u8 {
    let _ = error.print();
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
            // All of them are below U+10000.
            _ if is_obeyed(char) => shown.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => shown.push(char),
        }
        shown
    })
}

/// Writes a result. A reader that has gone away is not our failure.
fn output(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
