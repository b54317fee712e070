//! How the values of a column are kept, and what the planner is to know of them. What the file does not say is drift.

use super::{change, steps};
use crate::delta::{Alteration, Change, Show};
use crate::kind::{Cx, Draft, Options, Row};
use crate::model::Address;
use crate::source::Reader;
use crate::sql::{Form, Phrase, ident};
use crate::statement::{Statement, Step};

const STORAGES: &[(&str, &str)] =
    &[("plain", "plain"), ("external", "external"), ("extended", "extended"), ("main", "main")];

/// How values are kept.
#[derive(Debug, Clone, Default)]
pub struct Keeping {
    storage: Option<String>,
    /// Observed: the storage that the type has.
    usual_storage: String,
    compression: Option<String>,
    statistics: Option<i64>,
    options: Options,
    /// What the wrapper of a foreign table must know.
    foreign: Options,
}

impl Keeping {
    /// What the file says.
    pub fn read(reader: &mut Reader<'_, '_>) -> Keeping {
        Keeping {
            storage: reader.one_of("storage", STORAGES).map(str::to_string),
            usual_storage: String::new(),
            compression: reader.text("compression").map(|method| method.to_lowercase()),
            statistics: reader.integer("statistics").filter(|target| *target != -1),
            options: Options::read(reader, "options"),
            foreign: Options::read(reader, "foreign_options"),
        }
    }

    /// What the database has.
    pub fn observed(row: &Row<'_>) -> Keeping {
        Keeping {
            storage: Some(storage(row.text("storage"))),
            usual_storage: storage(row.text("usual_storage")),
            compression: match row.text("compression") {
                "p" => Some("pglz".to_string()),
                "l" => Some("lz4".to_string()),
                _ => None,
            },
            statistics: row.get("statistics").and_then(|target| target.parse().ok()),
            options: Options::observed(row.list("options")),
            foreign: Options::observed(row.list("foreign_options")),
        }
    }

    /// Says what is not as usual, or not as in the table that it would be taken over from.
    pub fn write(&self, parent: Option<&Keeping>, draft: &mut Draft<'_>) {
        let Keeping { storage, usual_storage, compression, statistics, options, foreign } = self;
        let usual = parent.and_then(|parent| parent.storage.as_ref()).unwrap_or(usual_storage);
        draft.some("storage", storage.as_ref().filter(|storage| *storage != usual));
        if compression.is_none() && parent.is_some_and(|parent| parent.compression.is_some()) {
            draft.unsaid("its compression is the server's default, and that of its table is not");
        }
        draft.some("compression", compression.as_ref());
        draft.number("statistics", statistics.unwrap_or(-1), -1);
        draft.table("options", options.values());
        draft.table("foreign_options", foreign.values());
    }

    /// What stands in the definition of the column.
    pub fn clause(&self) -> Phrase {
        let compression = |sql: Phrase, method: &String| sql.raw(" COMPRESSION ").ident(method);
        Phrase::new().with(self.compression.as_ref(), compression).raw(self.foreign.foreign())
    }

    /// What is said once the column is there.
    pub fn set(&self, at: &Address) -> Vec<Statement> {
        let Keeping { storage, usual_storage, compression: _, statistics, options, foreign: _ } = self;
        let storage = storage
            .as_ref()
            .filter(|storage| *storage != usual_storage)
            .map(|storage| (Form::AlterTable, format!(" SET STORAGE {}", storage.to_uppercase())));
        let statistics =
            statistics.map(|target| (Form::AlterTableLight, format!(" SET STATISTICS {target}")));
        let options =
            (!options.is_empty()).then(|| (Form::AlterTableLight, format!(" SET ({})", options.list())));
        let said = storage.into_iter().chain(statistics).chain(options);
        said.map(|(form, rest)| steps::alter_column(at, form, rest.into())).collect()
    }

    /// What a change to the type `to` puts back to what is usual for it, and is not to be so.
    pub fn after_retype(&self, at: &Address, observed: &Keeping, to: &str, cx: &Cx<'_>) -> Vec<Statement> {
        let usual = change::usual_storage(to);
        // Not every type leaves the choice that its predecessor left.
        let stays = |there: &Option<String>| there.clone().filter(|_| usual.is_some() && !cx.prunes());
        let same = |wanted: &Option<String>, there: &Option<String>| match wanted {
            Some(_) => wanted.clone().filter(|_| wanted == there),
            None => stays(there),
        };
        let beyond = observed.storage.clone().filter(|there| *there != observed.usual_storage);
        let there = if self.storage.is_some() { &observed.storage } else { &beyond };
        let storage = same(&self.storage, there).filter(|storage| Some(storage.as_str()) != usual);
        let storage = storage.map(|storage| format!(" SET STORAGE {}", storage.to_uppercase()));
        let compression = same(&self.compression, &observed.compression);
        let compression = compression.map(|method| format!(" SET COMPRESSION {}", ident(&method)));
        let said = storage.into_iter().chain(compression);
        said.map(|rest| steps::alter_column(at, Form::AlterTable, rest.into())).collect()
    }

    /// Compares with what is there; a change of type has put some of it back to what is usual.
    pub fn compare(
        &self,
        at: &Address,
        observed: &Keeping,
        retyped: bool,
        cx: &Cx<'_>,
        out: &mut Alteration,
    ) {
        let Keeping { storage, usual_storage: _, compression, statistics, options, foreign } = self;
        let alter = |form: Form, rest: String| -> Vec<Step> { vec![steps::alter(at, form, rest.into())] };
        let put_back = |rest: String| if retyped { Vec::new() } else { alter(Form::AlterTable, rest) };
        if let Some(word) = storage {
            out.attribute("storage", &observed.storage, storage, || {
                alter(Form::AlterTable, format!(" SET STORAGE {}", word.to_uppercase()))
            });
        } else if observed.storage.as_ref().is_some_and(|there| *there != observed.usual_storage) {
            let change = Change { attribute: "storage", from: observed.storage.clone(), to: None };
            let usual = observed.usual_storage.to_uppercase();
            out.beyond(cx.prunes(), change, || put_back(format!(" SET STORAGE {usual}")));
        }
        if let Some(method) = compression {
            out.attribute("compression", &observed.compression, compression, || {
                alter(Form::AlterTable, format!(" SET COMPRESSION {}", ident(method)))
            });
        } else if observed.compression.is_some() {
            let change = Change { attribute: "compression", from: observed.compression.clone(), to: None };
            out.beyond(cx.prunes(), change, || put_back(" SET COMPRESSION default".into()));
        }
        if let Some(target) = statistics {
            out.attribute("statistics", &observed.statistics, statistics, || {
                alter(Form::AlterTableLight, format!(" SET STATISTICS {target}"))
            });
        } else if observed.statistics.is_some() {
            let change = Change { attribute: "statistics", from: observed.statistics.show(), to: None };
            out.beyond(cx.prunes(), change, || alter(Form::AlterTableLight, " SET STATISTICS -1".into()));
        }
        options.compare("options", &observed.options, cx, out, &|words| {
            alter(Form::AlterTableLight, format!(" {words}"))
        });
        if let Some(change) = foreign.foreign_change(&observed.foreign) {
            out.attribute("foreign_options", &observed.foreign, foreign, || alter(Form::AlterTable, change));
        }
    }
}

/// The letters of `attstorage`.
fn storage(letter: &str) -> String {
    match letter {
        "p" => "plain",
        "e" => "external",
        "m" => "main",
        _ => "extended",
    }
    .to_string()
}
