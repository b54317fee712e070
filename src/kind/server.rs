//! What is known of the server, and the rows of its catalog.

use super::Seat;
use crate::model::{Address, printable};
use crate::pg::{Feature, ServerVersion, Values};
use crate::sql::{Fragment, literal, not_of_extension};
use std::collections::{BTreeSet, HashMap};
use std::fmt;

/// What the tool knows of the server and of its own rights there.
#[derive(Debug, Clone)]
pub struct Server {
    /// Its version.
    pub version: ServerVersion,
    /// The current user.
    pub user: String,
    /// The current database.
    pub database: String,
    /// Whether the current user is a superuser.
    pub superuser: bool,
    /// When it was started.
    pub started: String,
    /// The time zone that a session of the current user has in the current database.
    pub time_zone: String,
    /// Whether the server is a standby.
    pub in_recovery: bool,
    /// Roles besides the usual ones that may own what the file declares.
    pub owners: Vec<String>,
    /// The schemas that are read.
    pub schemas: Vec<String>,
    /// What the file says something about without declaring it.
    pub spoken: BTreeSet<Address>,
    /// What the file refers to without declaring it, in schemas that are not read.
    pub elsewhere: BTreeSet<Address>,
    /// Where its catalog has the objects of each kind.
    pub seats: Vec<Seat>,
    /// Of what belongs to the whole cluster, that which the file declares; without it, everything is read.
    pub shared: Option<BTreeSet<Address>>,
    /// What is not read, for a text of it that is too long.
    pub unread: Vec<Unread>,
    /// Kinds of which its catalog has nothing but what came with PostgreSQL: nothing is read of them.
    pub vacant: BTreeSet<&'static str>,
    /// The catalogs in which something that the file declares can change.
    pub catalogs: BTreeSet<&'static str>,
    /// Whether there is a schema with the name of the tool's own, whoever made it.
    pub remembers: bool,
    /// Whether what is read first in it needs no verification: there are plain tables, of a role that is trusted, and
    /// nobody else has rights on them.
    pub plain_state: bool,
    /// The tool's own schema, if it is there and may be read.
    pub state: Option<String>,
    /// Why it may not be read, where it is there.
    pub closed: Option<String>,
    /// Whether the next run that writes has to bring it up to date.
    pub outdated: bool,
}

impl Server {
    /// Whether the server has a feature.
    pub fn has(&self, feature: Feature) -> bool {
        self.version.has(feature)
    }

    /// Whether the time zone of the database is that in which the tool reads and prints times.
    pub fn is_in_utc(&self) -> bool {
        let name = self.time_zone.to_ascii_lowercase();
        matches!(name.trim_start_matches("etc/"), "utc" | "gmt" | "uct" | "zulu" | "universal" | "greenwich")
    }

    /// The kind with that name, if the catalog has its objects.
    pub fn kind(&self, name: &str) -> Option<&'static str> {
        self.seats.iter().map(|seat| seat.kind).find(|kind| *kind == name)
    }

    /// The seats that something is read from.
    pub fn taken_seats(&self) -> impl Iterator<Item = &Seat> {
        self.seats.iter().filter(|seat| !self.vacant.contains(seat.kind))
    }

    /// An SQL condition: the role whose OID the expression `owner` gives is one whose objects may be taken for what the
    /// file declares, and whose code may be run: the current user, the one who logged in, a superuser, the owner of the
    /// database, or one of [`Server::owners`]. To be asked under `search_path = pg_catalog, pg_temp`.
    pub fn trusts(&self, owner: &str) -> String {
        // What belongs to the last belongs to whoever owns the database; nobody else can have a name like it.
        let usual = ["current_user::text", "session_user::text", "'pg_database_owner'"].map(str::to_string);
        // As text, which is not cut where it is longer than a name.
        let named = self.owners.iter().map(|name| format!("{}::text", literal(name)));
        let names: Vec<String> = usual.into_iter().chain(named).collect();
        format!(
            "({owner} = (SELECT trusted_in.datdba FROM pg_database trusted_in \
             WHERE trusted_in.datname = current_database()) \
             OR {owner} IN (SELECT trusted.oid FROM pg_roles trusted \
             WHERE trusted.rolsuper OR trusted.rolname::text IN ({})))",
            names.join(", ")
        )
    }

    /// An SQL condition: the object `oid` of catalog `catalog` is to be read, if its schema is: it is no member of an
    /// extension, and nothing of it is too long.
    pub fn is_read(&self, catalog: &str, oid: &str) -> String {
        format!("{} AND {}", not_of_extension(catalog, oid), self.is_short(catalog, oid))
    }

    /// An SQL condition: no text of the object `oid` of catalog `catalog` is too long.
    pub fn is_short(&self, catalog: &str, oid: &str) -> String {
        let objects = self.unread.iter().filter_map(|unread| unread.object.as_ref());
        let long: Vec<&str> =
            objects.filter(|(class, _)| class == catalog).map(|(_, long)| long.as_str()).collect();
        if long.is_empty() { "true".to_string() } else { format!("{oid} NOT IN ({})", long.join(", ")) }
    }

    /// An SQL expression: `definition`, which the server makes from what somebody has written and which may be more than it can
    /// make, of an object whose owner's OID is `owner`, where that is trusted; NULL of all others, unless all are read to be
    /// written down (`inspect`). What the file declares must belong to somebody trusted anyway.
    pub fn printed(&self, definition: &str, owner: &str) -> String {
        match self.shared {
            Some(_) => format!("CASE WHEN {} THEN {definition} END", self.trusts(owner)),
            None => definition.to_string(),
        }
    }

    /// An SQL condition: the file declares the `kind` of which `column` gives the name, which belongs to the whole cluster.
    pub fn declares(&self, kind: &str, column: &str) -> String {
        let Some(shared) = &self.shared else { return "true".to_string() };
        let names = shared.iter().filter(|at| at.kind == kind).map(|at| literal(at.name()));
        let names: Vec<String> = names.collect();
        if names.is_empty() { "false".to_string() } else { format!("{column} IN ({})", names.join(", ")) }
    }

    /// An SQL condition: the namespace name `column` is one of those that are read.
    pub fn in_schemas(&self, column: &str) -> String {
        let list = self.schemas.iter().map(|name| literal(name)).collect::<Vec<_>>().join(", ");
        if list.is_empty() { "false".to_string() } else { format!("{column} IN ({list})") }
    }
}

/// Something in the catalog with a text of more bytes than [`crate::sql::LONGEST_TEXT`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its catalog and OID; nothing for a comment, of which the object itself is read.
    pub object: Option<(String, String)>,
    /// The names of its address.
    pub names: Vec<String>,
    /// The server's words for it.
    pub what: String,
    /// Its owner.
    pub owner: String,
    /// How many bytes its longest text has.
    pub bytes: u64,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unread { what, owner, bytes, .. } = self;
        let megabytes = bytes.div_ceil(1_000_000);
        write!(f, "{} of role `{}` is not read: it is {megabytes} MB long", printable(what), printable(owner))
    }
}

/// One row of a catalog query, as text.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    columns: &'a HashMap<String, usize>,
    values: &'a Values,
}

impl<'a> Row<'a> {
    /// A row whose columns stand at `columns`.
    pub fn new(columns: &'a HashMap<String, usize>, values: &'a Values) -> Self {
        Row { columns, values }
    }

    /// The value of a column, if it is not NULL.
    pub fn get(&self, column: &str) -> Option<&'a str> {
        let index = self.columns.get(column).copied();
        if index.is_none() {
            amiss(column, "is missing in the answer");
        }
        self.values.at(index?)
    }

    /// The value of the column with that number, if it is not NULL.
    pub fn at(&self, number: usize) -> Option<&'a str> {
        self.values.at(number)
    }

    /// The value of a column, if there is such a column and it is not NULL.
    pub fn column(&self, column: &str) -> Option<&'a str> {
        self.columns.get(column).and_then(|index| self.at(*index))
    }

    /// The value of a column; empty for NULL.
    pub fn text(&self, column: &str) -> &'a str {
        self.get(column).unwrap_or_default()
    }

    /// The owned value of a column, if it is not NULL.
    pub fn owned(&self, column: &str) -> Option<String> {
        self.get(column).map(str::to_string)
    }

    /// A boolean; `false` for NULL.
    pub fn flag(&self, column: &str) -> bool {
        self.get(column) == Some("t")
    }

    /// A number; 0 for NULL.
    pub fn number(&self, column: &str) -> i64 {
        self.read(column, |text| text.parse().ok())
    }

    /// What the query made with `json_agg`; empty for NULL.
    pub fn parsed<T: serde::de::DeserializeOwned + Default>(&self, column: &str) -> T {
        self.read(column, |json| serde_json::from_str(json).ok())
    }

    /// A list that the query made with `to_json` of a text array; empty for NULL.
    pub fn list(&self, column: &str) -> Vec<String> {
        self.parsed(column)
    }

    fn read<T: Default>(&self, column: &str, reading: impl FnOnce(&str) -> Option<T>) -> T {
        let Some(text) = self.get(column) else { return T::default() };
        reading(text).unwrap_or_else(|| {
            amiss(column, "cannot be read");
            T::default()
        })
    }

    /// What the catalog prints as SQL, if it is not NULL.
    pub fn fragment(&self, column: &str) -> Option<Fragment> {
        self.get(column).map(Fragment::plain)
    }
}

/// An answer that is not what its query asks for.
fn amiss(column: &str, what: &str) {
    log::error!("the column `{column}` of a catalog query {what}");
    debug_assert!(false, "the column `{column}` of a catalog query {what}");
}
