//! What the database remembers of earlier runs.

use super::arguments::{DEFAULT_WAIT, Format, Global, environment};
use super::output;
use pgreconcile::model::{printable, printable_lines};
use pgreconcile::pg;
use pgreconcile::report::statement_line;
use pgreconcile::session::{Access, Session};
use pgreconcile::state::{self, PastRun};
use pgreconcile::{Error, Reconciler, Result};

pub fn history(global: &Global, run: Option<i64>) -> Result<u8> {
    let (mut session, schema) = open(global, None)?;
    match run {
        Some(number) => one(global, &mut session, &schema, number),
        None => all(global, &mut session, &schema),
    }
}

/// The last run that is recorded; else why none is seen.
pub fn last(global: &Global, reconciler: &Reconciler) -> Result<std::result::Result<PastRun, String>> {
    let (mut session, schema) = open(global, Some(reconciler))?;
    let last = state::runs(&mut session, &schema, 1)?.into_iter().next();
    let unseen = || match session.server.closed.take() {
        Some(why) => format!("cannot be read: {why}"),
        None => "none recorded".to_string(),
    };
    Ok(last.ok_or_else(unseen))
}

fn open(global: &Global, reconciler: Option<&Reconciler>) -> Result<(Session, String)> {
    let options = global.options("history")?;
    // The file may name another schema for the state; without a file the usual one is looked for.
    let schema = match reconciler {
        Some(reconciler) => reconciler.state_schema(),
        None => Reconciler::from_path(&global.file, &environment)
            .map_or_else(|_| state::DEFAULT_SCHEMA.to_string(), |reconciler| reconciler.state_schema()),
    };
    let wait = options.wait.unwrap_or(DEFAULT_WAIT);
    let client = pg::connect_waiting(&options.connection, wait, false, &mut |_| {})?;
    let session = if options.stateless {
        Session::start(client, &options.connection, &state::is_plain(&schema), Access::ReadOnly)?
    } else {
        state::open(client, &options.connection, &schema, Access::ReadOnly)?
    };
    Ok((session, schema))
}

fn all(global: &Global, session: &mut Session, schema: &str) -> Result<u8> {
    state::demand_readable(session, schema)?;
    let runs = state::runs(session, schema, 100)?;
    if global.format == Format::Json {
        let list: Vec<_> = runs.iter().map(PastRun::json).collect();
        output(&super::document(&serde_json::json!({ "format": 1, "runs": list })));
        return Ok(0);
    }
    if runs.is_empty() {
        output("no run is recorded\n");
    }
    for run in runs {
        output(&format!("{}\n", printable(&run.line())));
    }
    Ok(0)
}

fn one(global: &Global, session: &mut Session, schema: &str, number: i64) -> Result<u8> {
    state::demand_readable(session, schema)?;
    let Some(past) = state::run(session, schema, number)? else {
        return Err(Error::failed(format!("no run {number} is recorded"))
            .hint("`pgreconcile history` lists the runs"));
    };
    let steps = state::steps(session, schema, number)?;
    let file = state::file(session, schema, &past)?;
    if global.format == Format::Json {
        let mut document = past.json();
        document["format"] = 1.into();
        document["file_is_intact"] = file.as_ref().map(|file| file.is_intact).into();
        document["file"] = file.map(|file| file.content).into();
        document["steps"] = steps.iter().map(state::PastStep::json).collect();
        output(&super::document(&document));
        return Ok(0);
    }
    let mut text = format!("{}\n", past.line());
    for step in &steps {
        let time = step.duration_ms.map_or_else(String::new, |time| format!("{time:.1} ms"));
        text.push_str(&format!(
            "{:4}. {:>10}  {:7} {}\n",
            step.number,
            time,
            step.outcome,
            statement_line(&step.sql, 160)
        ));
        if let Some(error) = &step.error {
            text.push_str(&format!("      {error}\n"));
        }
    }
    if let Some(error) = &past.error {
        text.push_str(&format!("\nerror: {error}\n"));
    }
    if let Some(file) = file {
        let changed = match file.is_intact {
            true => "",
            false => ", which was changed after it was recorded (its hash is not the one of the run)",
        };
        text.push_str(&format!("\nits file{changed}:\n\n{}\n", file.content.trim_end()));
    }
    output(&printable_lines(&text));
    Ok(0)
}
