//! For people.

use super::{Outcome, Report};
use crate::delta::{Action, Change};
use crate::model::{printable, printable_lines};
use crate::plan::{Item, Plan};
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// The whole report. `color` puts ANSI colours in; `statements` shows the SQL too.
pub fn text(report: &Report, color: bool, statements: bool) -> String {
    let mut out = String::new();
    let paint = Paint(color);
    let plan = &report.plan;
    if report.outcome != Outcome::Applied {
        items(&mut out, plan, paint);
    }
    if statements && !plan.is_empty() {
        groups(&mut out, plan, paint);
    }
    drift(&mut out, plan, paint);
    for left in &report.left_alone {
        let _ = writeln!(out, "{} is the bookkeeping of {}; left alone", left.address, left.tool);
    }
    let _ = writeln!(out, "{}", paint.bold(&summary(report)));
    out
}

/// One line on the whole.
fn summary(report: &Report) -> String {
    let plan = &report.plan;
    let skipped: HashSet<&str> = report
        .steps
        .iter()
        .filter(|step| step.outcome == "skipped")
        .map(|step| step.address.as_str())
        .collect();
    let done = report.steps.iter().filter(|step| step.outcome == "done").count();
    let count = |actions: &[Action]| {
        let items = plan.items.iter().filter(|item| actions.contains(&item.action));
        items.filter(|item| !skipped.contains(item.address.to_string().as_str())).count()
    };
    let but = |count: usize, what: &str| match count {
        0 => String::new(),
        1 => format!("; 1 optional object {what}"),
        count => format!("; {count} optional objects {what}"),
    };
    let created = count(&[Action::Create]);
    let changed = count(&[Action::Alter, Action::Replace, Action::Rename]);
    let dropped = count(&[Action::Drop]);
    let repairs = plan
        .statements()
        .filter(|statement| !skipped.contains(plan.items[statement.item].address.to_string().as_str()));
    let rows: u64 = repairs.filter_map(|statement| Some(statement.repair.as_ref()?.found?.0)).sum();
    let repaired = match rows {
        0 => String::new(),
        1 => ", 1 row taken out of the way".to_string(),
        rows => format!(", {rows} rows taken out of the way"),
    };
    let elapsed =
        humantime::format_duration(std::time::Duration::from_millis(report.elapsed.as_millis() as u64));
    match report.outcome {
        Outcome::InSync if plan.is_empty() => format!("in sync: nothing to do ({elapsed})"),
        Outcome::InSync => format!("in sync{} ({elapsed})", but(plan.items.len(), "missing or different")),
        Outcome::Applied if done == 0 => {
            format!("in sync: nothing else to do ({elapsed}){}", but(skipped.len(), "skipped"))
        }
        Outcome::Applied => format!(
            "done: {created} created, {changed} changed, {dropped} dropped{repaired} by {} in {elapsed}; in sync{}",
            statements(done),
            but(skipped.len(), "skipped")
        ),
        Outcome::Differs if plan.is_empty() => {
            let count = plan.drift.len();
            format!(
                "differs: nothing to do, but {count} undeclared {}",
                if count == 1 { "object" } else { "objects" }
            )
        }
        Outcome::Differs => format!(
            "differs: {created} to create, {changed} to change, {dropped} to drop{}; {}",
            repaired.replace("taken", "to be taken"),
            statements(plan.len())
        ),
    }
}

fn statements(count: usize) -> String {
    if count == 1 { "1 statement".to_string() } else { format!("{count} statements") }
}

fn items(out: &mut String, plan: &Plan, paint: Paint) {
    let mut folded: HashMap<usize, Vec<&Item>> = HashMap::new();
    for item in &plan.items {
        folded.entry(item.folded_into.unwrap_or(usize::MAX)).or_default().push(item);
    }
    for (number, item) in plan.items.iter().enumerate().filter(|(_, item)| item.folded_into.is_none()) {
        item_line(out, item, "", paint);
        for child in folded.get(&number).into_iter().flatten() {
            item_line(out, child, "  ", paint);
        }
    }
    if !plan.items.is_empty() {
        out.push('\n');
    }
}

fn item_line(out: &mut String, item: &Item, indent: &str, paint: Paint) {
    let optional = if item.optional { " (optional)" } else { "" };
    let symbol = paint.action(item.action, item.action.symbol());
    let _ = writeln!(out, "{indent}{symbol} {}{optional}", item.address);
    for change in &item.changes {
        let _ = writeln!(out, "{indent}    {}", self::change(change));
    }
    if let Some(obstacle) = &item.obstacle {
        let _ = writeln!(
            out,
            "{indent}    cannot be done: {} ({})",
            printable(&obstacle.message),
            printable(&obstacle.hint)
        );
    }
}

/// `attribute: from → to`.
pub fn change(change: &Change) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "(none)".to_string());
    let (from, to) = (value(&change.from), value(&change.to));
    let folded = |value: &str| short(&value.split_whitespace().collect::<Vec<_>>().join(" "));
    let (mut one, mut other) = (folded(&from), folded(&to));
    if one == other {
        // White space is the difference, or it comes late.
        let same = from.chars().zip(to.chars()).take_while(|(one, other)| one == other).count();
        let skipped = same.saturating_sub(20);
        let rest = |value: &str| short(&value.chars().skip(skipped).collect::<String>());
        let before = if skipped > 0 { "…" } else { "" };
        (one, other) = (format!("{before}{}", rest(&from)), format!("{before}{}", rest(&to)));
    }
    format!("{}: {one} → {other}", change.attribute)
}

/// On one line, and no longer than is read.
fn short(text: &str) -> String {
    let line = printable(text);
    if line.chars().count() > 100 { line.chars().take(99).chain(['…']).collect() } else { line }
}

fn groups(out: &mut String, plan: &Plan, paint: Paint) {
    let mut number = 0;
    for group in &plan.groups {
        let head = match (group.transactional, group.statements.len()) {
            (false, _) => "outside of a transaction",
            (true, 1) => "one transaction",
            (true, _) => "one transaction, all or nothing",
        };
        let _ = writeln!(out, "{}", paint.dim(&format!("-- {head}")));
        for statement in &group.statements {
            number += 1;
            let cost = statement.form.cost();
            let table = statement.table.as_ref().filter(|_| !group.fresh);
            let lock =
                table.map(|table| format!("{} on {}", cost.lock.name(), printable(&table.path().join("."))));
            let needs: Vec<String> =
                statement.needs.iter().map(|consent| format!("needs `{}`", consent.name())).collect();
            let takes = statement.takes_rows().map(|rows| format!("takes {rows} out of the way"));
            let notes: Vec<String> = lock.into_iter().chain(takes).chain(needs).collect();
            let notes = if notes.is_empty() { String::new() } else { format!("  -- {}", notes.join("; ")) };
            let sql = printable_lines(&statement.sql.shown()).replace('\n', "\n     ");
            let _ = writeln!(out, "{number:3}. {sql};{}", paint.dim(&notes));
        }
    }
    out.push('\n');
}

fn drift(out: &mut String, plan: &Plan, paint: Paint) {
    for drift in &plan.drift {
        if drift.changes.is_empty() {
            let _ = writeln!(out, "{} {} is not declared; left alone", paint.yellow("drift:"), drift.address);
        }
        for change in &drift.changes {
            let (Change { attribute, from, to }, at) = (change, &drift.address);
            let what = match (from, to) {
                (None, Some(lost)) => {
                    format!("has lost {attribute} that PostgreSQL gives: {}", printable(lost))
                }
                _ => format!(
                    "has {attribute} beyond the file: {}",
                    printable(from.as_deref().unwrap_or_default())
                ),
            };
            let _ = writeln!(out, "{} {at} {what}; left alone", paint.yellow("drift:"));
        }
    }
}

/// A statement on one line, not longer than `width` characters.
pub fn statement_line(sql: &str, width: usize) -> String {
    let line = printable(&sql.split_whitespace().collect::<Vec<_>>().join(" "));
    if line.chars().count() <= width {
        return line;
    }
    line.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}

#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }

    fn action(self, action: Action, text: &str) -> String {
        let code = match action {
            Action::Create => "32",
            Action::Drop => "31",
            Action::Alter | Action::Replace | Action::Rename => "33",
        };
        self.with(code, text)
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    fn yellow(self, text: &str) -> String {
        self.with("33", text)
    }
}
