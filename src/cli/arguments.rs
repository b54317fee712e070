//! Arguments as typed; each flag has an environment variable.

use clap::{Args, Parser, Subcommand, ValueEnum};
use pgreconcile::config::{Connection, Secret};
use pgreconcile::scope::Scope;
use pgreconcile::sql::Consent;
use pgreconcile::{Error, Options, Result};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// Makes a live PostgreSQL match one declarative schema.toml, issuing only the statements that are missing.
#[derive(Debug, Parser)]
#[command(
    name = "pgreconcile",
    version,
    about,
    after_help = "Exit codes: 0 done or in sync · 1 failed · 2 differs (check, plan --check) · 3 refused by a gate · \
                  4 database not reachable in time · 5 schema.toml invalid · 64 usage\n\n\
                  The database: --url, else DATABASE_URL, else POSTGRES_HOST/PORT/DB/USER/PASSWORD/SSL, else libpq's \
                  PG* variables and .pgpass."
)]
pub struct Arguments {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the database match the file
    Apply {
        /// Do all that comes before the first statement, rehearsal included, and show the plan
        #[arg(long)]
        dry_run: bool,
    },
    /// Show what apply would do; writes nothing
    Plan {
        /// Exit 2 if there is something to do
        #[arg(long)]
        check: bool,
    },
    /// Exit 0 if the database matches the file, 2 if not; shows what differs, drift included
    Check,
    /// Apply, then become CMD: same process, so signals and exit code are CMD's own
    Exec {
        /// Hand the tool's own variables to CMD too: `PGRECONCILE_URL` and those that the file names
        #[arg(long, env = "PGRECONCILE_KEEP_ENV")]
        keep_env: bool,
        /// The program and its arguments
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "CMD")]
        command: Vec<String>,
    },
    /// Check the file alone, without a database
    Validate,
    /// Wait until the database accepts connections
    Wait,
    /// What is in force, pending and drifted, and how the last run ended
    Status,
    /// Go back to the file of an earlier run; what later runs created goes, through the same gates
    Rollback {
        /// The run; the last one that had another file if not given
        #[arg(long, value_name = "RUN")]
        to: Option<i64>,
    },
    /// Development only: execute SQL files, by default seed/*.sql beside the schema file
    Seed {
        /// The files, in order
        files: Vec<PathBuf>,
    },
    /// Development only: drop the schemas of the file with all that is in them, and build them anew
    Reset,
    /// The runs recorded in the database; with a number, the statements of that run and its file
    History {
        /// The number of a run
        run: Option<i64>,
    },
    /// Say a live database as a schema.toml, on stdout; what the file cannot say is listed
    Inspect {
        /// Several files, which include each other: one for each schema or table
        #[arg(long, value_enum, value_name = "BY")]
        split: Option<SplitBy>,
        /// The folder to write into, instead of stdout
        #[arg(long, short, value_name = "FOLDER")]
        output: Option<PathBuf>,
    },
    /// The language of schema.toml as a JSON Schema, for editors
    JsonSchema,
    /// The reference, in Markdown
    #[command(hide = true)]
    Reference,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// A script for psql (plan only)
    Sql,
    /// One JSON document
    Json,
}

/// What gets a file of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SplitBy {
    /// Each schema
    Schema,
    /// Each table
    Table,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Plain lines
    Text,
    /// One JSON object a line
    Json,
}

/// How long the database is waited for where nothing says.
pub const DEFAULT_WAIT: Duration = Duration::from_secs(60);

/// What every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// The schema file, or a folder that holds it
    #[arg(
        long,
        short,
        global = true,
        env = "PGRECONCILE_FILE",
        default_value = "schema.toml",
        value_name = "PATH"
    )]
    pub file: PathBuf,
    /// The database
    #[arg(long, global = true, env = URL, hide_env_values = true, value_parser = secret, value_name = "URL")]
    pub url: Option<Secret>,
    /// How long to wait for the database; 0 for a single attempt [default: 60s]
    #[arg(long, global = true, env = "PGRECONCILE_WAIT", value_parser = duration, value_name = "TIME")]
    pub wait: Option<Duration>,
    /// How long to wait for another run on the same database [default: 10m]
    #[arg(long, global = true, env = "PGRECONCILE_LOCK_WAIT", value_parser = duration, value_name = "TIME")]
    pub lock_wait: Option<Duration>,
    /// How long one attempt waits for a lock on a table [default: 2s]
    #[arg(long, global = true, env = "PGRECONCILE_LOCK_TIMEOUT", value_parser = duration, value_name = "TIME")]
    pub lock_timeout: Option<Duration>,
    /// How many connections build indexes of different tables side by side [default: 1]
    #[arg(long, global = true, env = "PGRECONCILE_JOBS", value_parser = clap::value_parser!(u32).range(1..=64), value_name = "N")]
    pub jobs: Option<u32>,
    /// Give consent: drop_table, drop_column, drop_object, prune, rewrite, block, narrow, delete_rows, revoke, all
    #[arg(long, global = true, env = "PGRECONCILE_ALLOW", value_delimiter = ',', value_name = "CONSENT")]
    pub allow: Vec<String>,
    /// How to write the result
    #[arg(long, global = true, env = "PGRECONCILE_FORMAT", value_enum, default_value = "text")]
    pub format: Format,
    /// How to write log lines
    #[arg(long, global = true, env = "PGRECONCILE_LOG_FORMAT", value_enum, default_value = "text")]
    pub log_format: LogFormat,
    /// Create the database if it is missing (`apply`, `exec`, `wait`)
    #[arg(long, global = true, env = "PGRECONCILE_CREATE_DATABASE")]
    pub create_database: bool,
    /// Leave out what is declared optional
    #[arg(long, global = true, env = "PGRECONCILE_SKIP_OPTIONAL")]
    pub skip_optional: bool,
    /// Show the rows that stand in the way as they are, not their keys alone
    #[arg(long, global = true, env = "PGRECONCILE_SHOW_ROWS")]
    pub show_rows: bool,
    /// Count as a difference what the database has beyond the file (`check`, `plan --check`)
    #[arg(long, global = true, env = "PGRECONCILE_STRICT")]
    pub strict: bool,
    /// Compare everything anew; trust nothing that earlier runs remember
    #[arg(long, global = true, env = "PGRECONCILE_FORCE")]
    pub force: bool,
    /// Neither read nor write the tool's own schema
    #[arg(long, global = true, env = "PGRECONCILE_STATELESS")]
    pub stateless: bool,
    /// Manage only what fits: `tenants.*`, `audit_*`, the name of a table or of a schema
    #[arg(long, global = true, env = "PGRECONCILE_ONLY", value_delimiter = ',', value_name = "PATTERN")]
    pub only: Vec<String>,
    /// Leave alone what fits
    #[arg(long, global = true, env = "PGRECONCILE_EXCLUDE", value_delimiter = ',', value_name = "PATTERN")]
    pub exclude: Vec<String>,
    /// Say more; twice for even more
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// The commands that may create the database: the others only look, or want what is in it.
const CREATING: [&str; 3] = ["apply", "exec", "wait"];

/// The variable of `--url`.
pub const URL: &str = "PGRECONCILE_URL";

#[expect(clippy::unnecessary_wraps, reason = "clap wants a result")]
fn secret(text: &str) -> Result<Secret, String> {
    Ok(Secret::new(text))
}

fn duration(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    humantime::parse_duration(text).map_err(|_| "write it as `500ms`, `2s`, `10m`, or `0`".to_string())
}

/// A variable of the process's environment.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A variable that cannot be read is not one that is not set: another database would be taken.
fn must_be_text() -> Result<()> {
    for (name, value) in std::env::vars_os() {
        if let (Some(name), None) = (name.to_str(), value.to_str())
            && Connection::is_variable(name)
        {
            return Err(Error::usage(format!("`{name}` is not UTF-8")));
        }
    }
    Ok(())
}

impl Global {
    /// The options of a run.
    ///
    /// # Errors
    /// `Usage` if the database's address or a consent makes no sense.
    pub fn options(&self, command: &'static str) -> Result<Options> {
        must_be_text()?;
        let connection = Connection::resolve(self.url.as_ref().map(Secret::expose), &environment)?;
        let connection = connection.waited_for(self.wait.unwrap_or(DEFAULT_WAIT));
        let mut options = Options::new(connection);
        options.wait = self.wait;
        options.lock_wait = self.lock_wait;
        options.lock_timeout = self.lock_timeout;
        options.jobs = self.jobs;
        options.allow = self.consents()?;
        options.create_database = self.create_database && CREATING.contains(&command);
        options.skip_optional = self.skip_optional;
        options.show_rows = self.show_rows;
        options.strict = self.strict;
        options.force = self.force;
        options.stateless = self.stateless;
        options.scope = Scope::new(&self.only, &self.exclude)?;
        options.command = command;
        Ok(options)
    }

    fn consents(&self) -> Result<BTreeSet<Consent>> {
        let mut consents = BTreeSet::new();
        for word in self.allow.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
            let Some(given) = Consent::parse(word) else {
                let names: Vec<&str> = Consent::ALL.iter().map(|consent| consent.name()).collect();
                let near = pgreconcile::source::suggest(word, names.iter().copied());
                let hint = near.map_or_else(
                    || format!("the consents are {} and all", names.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(Error::usage(format!("`{word}` is no consent")).hint(hint));
            };
            consents.extend(given);
        }
        Ok(consents)
    }
}
