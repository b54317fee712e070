//! Events of a run as log lines and, on a terminal, as a progress bar.

use super::arguments::{Global, LogFormat};
use indicatif::{ProgressBar, ProgressStyle};
use pgreconcile::apply::Event;
use pgreconcile::pg::WaitEvent;
use pgreconcile::report::statement_line;
use std::io::IsTerminal as _;
use std::time::Duration;

/// Shows the events of a run.
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// A bar on a terminal, lines elsewhere.
    pub fn new(global: &Global) -> Progress {
        let terminal = std::io::stderr().is_terminal() && global.log_format == LogFormat::Text;
        let bar = terminal.then(|| {
            let bar = ProgressBar::new_spinner();
            let style = ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg} {elapsed}");
            style.into_iter().for_each(|style| bar.set_style(style));
            bar
        });
        Progress { bar }
    }

    /// Takes an event.
    pub fn event(&self, event: Event) {
        match &self.bar {
            Some(bar) => {
                if let Event::Running { number, total, sql, .. } = &event {
                    bar.set_length(*total as u64);
                    bar.set_position(*number as u64 - 1);
                    bar.set_message(statement_line(sql, 80));
                    bar.enable_steady_tick(Duration::from_millis(100));
                }
                bar.suspend(|| say(event));
            }
            None => say(event),
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn say(event: Event) {
    match event {
        Event::Connection(WaitEvent::Connected { attempts, elapsed }) if attempts > 1 => {
            log::info!("connected after {} ms", elapsed.as_millis());
        }
        Event::Connection(WaitEvent::Connected { .. }) => log::debug!("connected"),
        Event::Connection(WaitEvent::Waiting { reason, elapsed, .. }) => {
            log::info!("waiting for the database ({} s): {reason}", elapsed.as_secs());
        }
        Event::Connection(WaitEvent::CreatingDatabase { name }) => log::info!("creating database `{name}`"),
        Event::Connection(WaitEvent::DatabaseCreated { name }) => log::info!("database `{name}` created"),
        Event::LockBusy { elapsed, doing } => {
            let doing = doing.map_or_else(String::new, |doing| format!("; {doing}"));
            log::info!("another run is at work, waiting ({} s){doing}", elapsed.as_secs());
        }
        Event::Started { statements: 1 } => log::info!("executing 1 statement"),
        Event::Started { statements } => log::info!("executing {statements} statements"),
        Event::Running { number, together: 1, total, sql } => {
            log::debug!("{number}/{total} {}", statement_line(&sql, 200));
        }
        Event::Running { number, together, total, .. } => {
            log::debug!("{number}–{}/{total} in one transaction", number + together - 1);
        }
        Event::Done(step) => {
            let time = step
                .duration
                .map_or_else(String::new, |time| format!(" ({:.1} ms)", time.as_secs_f64() * 1000.0));
            log::info!("{}. {}{time}", step.number, statement_line(&step.sql, 120));
        }
        Event::Batch { rows } => log::info!("{rows} rows filled in so far"),
        Event::Retrying { reason, blockers, attempt, pause } => {
            log::warn!("{reason}; attempt {attempt} in {} ms", pause.as_millis());
            blockers.iter().for_each(|blocker| log::warn!("in the way: {blocker}"));
        }
        Event::Looking { tables, bytes } => {
            log::info!(
                "looking for rows that stand in the way, in {} ({} MB)",
                tables.join(", "),
                bytes >> 20
            );
        }
        Event::Skipped { address, error } => log::warn!("skipped optional {address}: {error}"),
        Event::Note(note) => log::warn!("{note}"),
    }
}
