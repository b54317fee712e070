//! The command line's part of the reference, from the arguments themselves.

use super::arguments::Arguments;
use clap::CommandFactory as _;
use pgreconcile::kinds;
use pgreconcile::report;
use std::fmt::Write as _;

/// The whole reference, in Markdown.
pub fn reference() -> String {
    let mut out = String::from("# Reference\n\n");
    out.push_str("Generated from the code by `UPDATE_GOLDEN=1 cargo test reference`; do not edit it.\n\n");
    out.push_str(&report::reference(&kinds::registry()));
    commands(&mut out);
    flags(&mut out);
    out
}

fn commands(out: &mut String) {
    out.push_str("\n## Commands\n\n| command | what it does |\n|---|---|\n");
    for command in Arguments::command().get_subcommands().filter(|command| !command.is_hide_set()) {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(out, "| `{}` | {about} |", command.get_name());
    }
    out.push_str("\nExit codes: 0 done or in sync · 1 failed · 2 differs · 3 refused by a gate · 4 database not reachable ");
    out.push_str("in time · 5 `schema.toml` invalid · 64 usage.\n");
}

fn flags(out: &mut String) {
    out.push_str("\n## Flags and environment variables\n\nFlags beat the environment, the environment beats the file.\n\n");
    out.push_str("| flag | variable | default | meaning |\n|---|---|---|---|\n");
    let command = Arguments::command();
    let of_all = command.get_arguments().map(|flag| (String::new(), flag));
    let of_one = command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .flat_map(|command| command.get_arguments().map(|flag| (format!("{} ", command.get_name()), flag)));
    for (command, flag) in of_all.chain(of_one).filter(|(_, flag)| !flag.is_hide_set()) {
        let Some(long) = flag.get_long() else { continue };
        let short = flag.get_short().map_or(String::new(), |short| format!(", `-{short}`"));
        let value = if flag.get_action().takes_values() { value_of(flag) } else { String::new() };
        let variable = flag.get_env().map_or(String::new(), |name| format!("`{}`", name.to_string_lossy()));
        let defaults: Vec<String> =
            flag.get_default_values().iter().map(|value| format!("`{}`", value.to_string_lossy())).collect();
        let help = flag.get_help().map(ToString::to_string).unwrap_or_default().replace('|', "\\|");
        let _ = writeln!(
            out,
            "| `{command}--{long}{value}`{short} | {variable} | {} | {help} |",
            defaults.join(", ")
        );
    }
    out.push_str(
        "\nThe database comes from `--url`, else `DATABASE_URL`, else `POSTGRES_HOST`, `POSTGRES_PORT`, ",
    );
    out.push_str("`POSTGRES_DB`, `POSTGRES_USER`, `POSTGRES_PASSWORD` and `POSTGRES_SSL`, else libpq's `PG*` variables and ");
    out.push_str("`.pgpass`. A URL with a password in it is for a variable: everybody on a machine sees the arguments of a process. An `@` after the first `/` or `?` of a URL is written `%40`.\n\n`exec` does not hand `PGRECONCILE_URL` and the variables that the file names to its command, but with `--keep-env`; variables of PostgreSQL and of the list above stay. `RUST_LOG` sets what is logged, `NO_COLOR` takes the colours away.\n");
}

fn value_of(flag: &clap::Arg) -> String {
    let words: Vec<String> =
        flag.get_possible_values().iter().map(|word| word.get_name().to_string()).collect();
    if !words.is_empty() {
        return format!(" {}", words.join("\\|"));
    }
    let names = flag.get_value_names().unwrap_or_default();
    names.iter().fold(String::new(), |text, name| text + " " + name)
}
