//! The commands, one function each.

use super::arguments::{DEFAULT_WAIT, Format, Global, URL, environment};
use super::interrupt;
use super::output;
use super::progress::Progress;
use pgreconcile::apply::Listener;
use pgreconcile::config::Connection;
use pgreconcile::model::printable;
use pgreconcile::pg::Client;
use pgreconcile::reconcile::{Seed, read_and_connect};
use pgreconcile::report::{self, Outcome, Report};
use pgreconcile::session::Interrupt;
use pgreconcile::{Error, Options, Reconciler, Result, pg};
use std::io::IsTerminal as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;

/// Exit code of `check` and `plan --check` where something differs.
const DIFFERS: u8 = 2;

pub fn apply(global: &Global, dry_run: bool) -> Result<u8> {
    if dry_run {
        let work = |reconciler: Reconciler, client, options: &Options, listener: &Listener<'_>| {
            let report = reconciler.dry_run_on(client, options, listener)?;
            Ok((reconciler, report))
        };
        let (reconciler, report) = at_work(global, "apply --dry-run", &interrupt::listen(global), work)?;
        show(global, &reconciler, &report, true);
        return Ok(0);
    }
    let (reconciler, report) = applied(global, "apply", &interrupt::listen(global))?;
    show(global, &reconciler, &report, false);
    Ok(0)
}

fn applied(global: &Global, command: &'static str, interrupt: &Interrupt) -> Result<(Reconciler, Report)> {
    at_work(global, command, interrupt, |reconciler, client, options, listener| {
        let report = reconciler.apply_on(client, options, listener)?;
        Ok((reconciler, report))
    })
}

/// Reads, connects and does `work`, with progress shown and signals heard.
fn at_work<T>(
    global: &Global,
    command: &'static str,
    interrupt: &Interrupt,
    work: impl FnOnce(Reconciler, Client, &Options, &Listener<'_>) -> Result<T>,
) -> Result<T> {
    let mut options = global.options(command)?;
    options.interrupt = interrupt.clone();
    let progress = Progress::new(global);
    let listener = |event| progress.event(event);
    let result = read_and_connect(global.file.clone(), &environment, &options, &listener)
        .and_then(|(reconciler, client)| work(reconciler, client, &options, &listener));
    progress.finish();
    interrupt::of(interrupt, result)
}

/// What differs.
fn checked(global: &Global, command: &'static str) -> Result<(Reconciler, Report)> {
    at_work(global, command, &interrupt::listen(global), |reconciler, client, options, listener| {
        let report = reconciler.check_on(client, options, listener)?;
        Ok((reconciler, report))
    })
}

pub fn plan(global: &Global, check: bool) -> Result<u8> {
    let interrupt = interrupt::listen(global);
    let (reconciler, report) =
        at_work(global, "plan", &interrupt, |reconciler, client, options, listener| {
            let report = reconciler.plan_on(client, options, listener)?;
            Ok((reconciler, report))
        })?;
    show(global, &reconciler, &report, true);
    reconciler.obstacles(&report.plan)?;
    let allowed = reconciler.consents(&global.options("plan")?);
    for refusal in report.plan.refusals(&allowed) {
        let statement = report::statement_line(&refusal.statement, 120);
        log::warn!(
            "apply would refuse: {statement}: needs `{}`, because {}",
            refusal.consent.name(),
            refusal.why
        );
    }
    Ok(if check && report.outcome == Outcome::Differs { DIFFERS } else { 0 })
}

pub fn check(global: &Global) -> Result<u8> {
    let (reconciler, report) = checked(global, "check")?;
    show(global, &reconciler, &report, false);
    Ok(if report.outcome == Outcome::Differs { DIFFERS } else { 0 })
}

fn show(global: &Global, reconciler: &Reconciler, report: &Report, statements: bool) {
    let color = std::io::stdout().is_terminal() && environment("NO_COLOR").is_none();
    let text = match global.format {
        Format::Text => report::text(report, color, statements),
        Format::Sql => report::script(report),
        Format::Json => super::document(&report::json(report, &reconciler.desired().files)),
    };
    output(&text);
}

pub fn exec(global: &Global, keep_env: bool, command: &[String]) -> Result<u8> {
    let interrupt = interrupt::listen(global);
    let (reconciler, report) = applied(global, "exec", &interrupt)?;
    // The command's output is the result here; what we did is a matter of the log.
    for line in report::text(&report, false, false).lines() {
        log::info!("{line}");
    }
    // A signal that came after the work is done was meant for the command.
    interrupt.check()?;
    let Some((program, arguments)) = command.split_first() else {
        return Err(Error::usage("`exec` wants a command after `--`"));
    };
    let mut command = std::process::Command::new(program);
    command.args(arguments);
    if !keep_env {
        let variables = own_variables(&reconciler);
        variables.iter().for_each(|name| _ = command.env_remove(name));
        if !variables.is_empty() {
            let names = variables.join("`, `");
            log::info!("not handed to `{program}`: `{names}` (`--keep-env` hands them over)");
        }
    }
    let error = command.exec();
    Err(Error::failed(format!("cannot start `{program}`: {error}")).hint("is it installed, and on the PATH?"))
}

/// The variables that are set for the tool alone: its own URL, and what the file wants of the environment. Those by which
/// the application, too, finds its database are not among them.
fn own_variables(reconciler: &Reconciler) -> Vec<String> {
    let named = reconciler.desired().variables.iter().map(String::as_str);
    let names = [URL].into_iter().chain(named.filter(|name| *name != URL && !Connection::is_variable(name)));
    names.filter(|name| std::env::var_os(name).is_some()).map(str::to_owned).collect()
}

pub fn rollback(global: &Global, to: Option<i64>) -> Result<u8> {
    let (back, report) =
        at_work(global, "rollback", &interrupt::listen(global), |reconciler, client, options, listener| {
            reconciler.rollback_on(client, to, options, &environment, listener)
        })?;
    show(global, &back, &report, false);
    Ok(0)
}

pub fn reset(global: &Global) -> Result<u8> {
    let (reconciler, report) =
        at_work(global, "reset", &interrupt::listen(global), |reconciler, client, options, listener| {
            let report = reconciler.reset_on(client, options, listener)?;
            Ok((reconciler, report))
        })?;
    show(global, &reconciler, &report, false);
    Ok(0)
}

pub fn seed(global: &Global, files: &[PathBuf]) -> Result<u8> {
    let seeds = if files.is_empty() { Seed::beside(&global.file)? } else { Seed::named(files)? };
    let count = seeds.len();
    at_work(global, "seed", &interrupt::listen(global), |reconciler, client, options, listener| {
        reconciler.seed_on(client, &seeds, options, listener)
    })?;
    output(&match global.format {
        Format::Json => {
            super::document(&serde_json::json!({ "format": 1, "outcome": "seeded", "files": count }))
        }
        _ => format!("seeded from {count} {}\n", if count == 1 { "file" } else { "files" }),
    });
    Ok(0)
}

pub fn validate(global: &Global) -> Result<u8> {
    // The values are those of the place where the file is applied; that they are not set here is no fault of the file.
    let anything = |name: &str| environment(name).or_else(|| Some("anything".to_string()));
    let reconciler = Reconciler::from_path(&global.file, &anything)?;
    let desired = reconciler.desired();
    for name in desired.variables.iter().filter(|name| environment(name).is_none()) {
        log::info!("`{name}` is not set here; `plan` and `apply` need it");
    }
    match global.format {
        Format::Json => output(&format!(
            "{:#}\n",
            serde_json::json!({
                "format": 1,
                "valid": true,
                "objects": desired.model.len(),
                "file_hash": desired.files.hash(),
            })
        )),
        _ => output(&format!("{} is valid: {} objects\n", desired.files.root_name(), desired.model.len())),
    }
    Ok(0)
}

pub fn json_schema() -> Result<u8> {
    output(&super::document(&report::json_schema(&pgreconcile::kinds::registry())));
    Ok(0)
}

pub fn wait(global: &Global) -> Result<u8> {
    let options = global.options("wait")?;
    let progress = Progress::new(global);
    let wait = options.wait.unwrap_or(DEFAULT_WAIT);
    pg::connect_waiting(&options.connection, wait, options.create_database, &mut |event| {
        progress.event(pgreconcile::apply::Event::Connection(event));
    })?;
    let database = options.connection.display();
    output(&match global.format {
        Format::Json => super::document(
            &serde_json::json!({ "format": 1, "outcome": "ready", "database": database.to_string() }),
        ),
        _ => format!("{database} accepts connections\n"),
    });
    Ok(0)
}

pub fn status(global: &Global) -> Result<u8> {
    let (reconciler, report) = checked(global, "status")?;
    let last = super::history::last(global, &reconciler)?;
    if global.format == Format::Json {
        let desired = reconciler.desired();
        let mut document = report::json(&report, &desired.files);
        match last {
            Ok(run) => document["last_run"] = run.json(),
            Err(why) => {
                document["last_run"] = serde_json::Value::Null;
                document["no_last_run"] = why.into();
            }
        }
        document["declared"] = desired.model.len().into();
        output(&super::document(&document));
        return Ok(0);
    }
    let pending = report.plan.items.len();
    let declared = reconciler.desired().model.iter().filter(|entry| !entry.absent).count();
    let mut text =
        format!("declared   {declared}\npending    {pending}\ndrifted    {}\n", report.plan.drift.len());
    match last {
        Ok(run) => text.push_str(&format!("last run   {}\n", printable(&run.line()))),
        Err(why) => text.push_str(&format!("last run   {}\n", printable(&why))),
    }
    output(&text);
    show(global, &reconciler, &report, false);
    Ok(0)
}
