//! The model: addresses, the objects at them, and the edges between them. The desired and the observed state are
//! both models; nothing here knows which kinds exist.

use crate::pg::Feature;
use crate::source::Span;
use crate::sql::qualified;
use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The one identity of an object.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// The kind's name, as in its room's doc.
    pub kind: &'static str,
    /// Names from the outside in: schema, then table, then the object's own.
    path: Arc<[String]>,
    /// For kinds about other objects (comment, grant): which one.
    about: Option<Arc<Address>>,
}

impl Address {
    /// The address of the object of `kind` at `path`.
    pub fn new<S: Into<String>>(kind: &'static str, path: impl IntoIterator<Item = S>) -> Address {
        Address { kind, path: path.into_iter().map(Into::into).collect(), about: None }
    }

    /// The address of something about another object.
    pub fn about<S: Into<String>>(
        kind: &'static str,
        path: impl IntoIterator<Item = S>,
        other: Address,
    ) -> Address {
        Address { about: Some(Arc::new(other)), ..Address::new(kind, path) }
    }

    /// The object's own name.
    pub fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// The outermost name: the schema, for kinds that live in one.
    pub fn schema(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    /// The object of `kind` in which this one stands: the table of a column.
    #[must_use]
    pub fn host(&self, kind: &'static str) -> Address {
        Address::new(kind, self.path.iter().take(2).cloned())
    }

    /// How SQL names the relation that this is, or is part of: `schema.name`.
    pub fn relation(&self) -> String {
        qualified(self.schema(), self.path.get(1).map_or("", String::as_str))
    }

    /// All names, from the outside in.
    pub fn path(&self) -> &[String] {
        &self.path
    }

    /// The object it is about.
    pub fn subject(&self) -> Option<&Address> {
        self.about.as_deref()
    }

    /// The same place with another name at the end.
    #[must_use]
    pub fn renamed(&self, name: &str) -> Address {
        let mut path = self.path.to_vec();
        if let Some(last) = path.last_mut() {
            *last = name.to_string();
        }
        Address { kind: self.kind, path: path.into(), about: self.about.clone() }
    }

    /// The same place in another schema.
    #[must_use]
    pub fn in_schema(&self, schema: &str) -> Address {
        let mut path = self.path.to_vec();
        if let Some(first) = path.first_mut() {
            *first = schema.to_string();
        }
        Address { kind: self.kind, path: path.into(), about: self.about.clone() }
    }

    /// The same address with `from` replaced by `to` wherever it is, or is above, this object; `inside` tells of an
    /// address whether it can stand inside `from`.
    #[must_use]
    pub fn moved(&self, from: &Address, to: &Address, inside: &dyn Fn(&Address) -> bool) -> Address {
        if self == from {
            return to.clone();
        }
        let about = self.about.as_ref().map(|about| Arc::new(about.moved(from, to, inside)));
        let below = self.path.len() > from.path.len() && self.path.starts_with(&from.path) && inside(self);
        let path = if below {
            to.path.iter().chain(&self.path[from.path.len()..]).cloned().collect()
        } else {
            self.path.clone()
        };
        Address { kind: self.kind, path, about }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        let names: Vec<&str> = self.path.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        if !names.is_empty() {
            write!(f, " {}", printable(&names.join(".")))?;
        }
        match &self.about {
            Some(other) => write!(f, " on {other}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// In a document for programs it is its text.
impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// `text` with control characters escaped, so that a name in the database cannot forge our output.
pub fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, char| {
        if is_obeyed(char) {
            shown.extend(char.escape_default())
        } else {
            shown.push(char)
        }
        shown
    })
}

/// Whether a terminal obeys a character instead of showing it, or shows nothing: control characters, those that change the
/// order or the place in which others are shown, and those by which two names look like one.
pub fn is_obeyed(char: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    !matches!(char, ' '..='~')
        && (matches!(char.general_category(), Control | Format | LineSeparator | ParagraphSeparator)
            || is_ignored(char))
}

/// Whether a character is shown as nothing, besides those that Unicode has for formats: what is left of the property
/// `Default_Ignorable_Code_Point` (`DerivedCoreProperties.txt` of Unicode 17), in which code points yet to be assigned are too.
fn is_ignored(char: char) -> bool {
    matches!(
        char,
        '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2065}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The same for a text of several lines, which keeps them, and its tabs.
pub fn printable_lines(text: &str) -> String {
    let lines: Vec<String> =
        text.split('\n').map(|line| line.split('\t').map(printable).collect::<Vec<_>>().join("\t")).collect();
    lines.join("\n")
}

/// What a room knows of one object.
pub trait Body: Any + fmt::Debug + Send + Sync {
    /// A copy behind a new box.
    fn boxed(&self) -> Box<dyn Body>;
    /// For the room to get its own type back.
    fn as_any(&self) -> &dyn Any;
    /// For the room to get its own type back.
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<T: Any + fmt::Debug + Clone + Send + Sync> Body for T {
    fn boxed(&self) -> Box<dyn Body> {
        Box::new(self.clone())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

impl Clone for Box<dyn Body> {
    fn clone(&self) -> Self {
        (**self).boxed()
    }
}

/// An object in a model.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its identity.
    pub address: Address,
    /// What its room knows of it.
    pub body: Box<dyn Body>,
    /// The object it is part of, and with which it goes (a column's table).
    pub parent: Option<Address>,
    /// What must be there before it.
    pub needs: Vec<Address>,
    /// Observed: what it makes use of, which goes only after this one has let go of it. Desired: what the functions that it calls
    /// make use of, which comes first where nothing speaks against it.
    pub uses: Vec<Address>,
    /// Desired: objects whose parts it takes over (a partition, its table's columns).
    pub heir_of: Vec<Address>,
    /// Desired: what the server must be able to do, and where the file asks for that.
    pub features: Vec<(Feature, Span)>,
    /// Its place in the file, or in the catalog: what follows what among equals.
    pub position: usize,
    /// Where it was written.
    pub origin: Option<Span>,
    /// A failure of it is a warning.
    pub optional: bool,
    /// It must not be there.
    pub absent: bool,
    /// Where it was before: under another name, or in another schema.
    pub renamed_from: Option<Address>,
    /// The file gives it no name of its own, so an object of the same shape under another name will do.
    pub unnamed: bool,
}

impl Entry {
    /// An entry with nothing but its body.
    pub fn new(address: Address, body: impl Body) -> Entry {
        Entry {
            address,
            body: Box::new(body),
            parent: None,
            needs: Vec::new(),
            uses: Vec::new(),
            heir_of: Vec::new(),
            features: Vec::new(),
            position: 0,
            origin: None,
            optional: false,
            absent: false,
            renamed_from: None,
            unnamed: false,
        }
    }

    /// Says what it is part of; the parent must be there before it.
    #[must_use]
    pub fn part_of(mut self, parent: Address) -> Entry {
        self.needs.push(parent.clone());
        self.parent = Some(parent);
        self
    }

    /// Says what must be there before it.
    #[must_use]
    pub fn needing(mut self, other: Address) -> Entry {
        self.needs.push(other);
        self
    }
}

/// Objects by address.
#[derive(Debug, Clone, Default)]
pub struct Model {
    entries: BTreeMap<Address, Entry>,
    count: usize,
}

impl Model {
    /// Whether `owner` takes over a part of that kind and name from another object, as a partition does from its table.
    pub fn takes_over(&self, owner: &Address, part: &Address) -> bool {
        let of = self.get(owner).into_iter().flat_map(|entry| &entry.heir_of);
        let names = |other: &Address| other.path().to_vec().into_iter().chain([part.name().to_string()]);
        of.into_iter().any(|other| self.contains(&Address::new(part.kind, names(other))))
    }

    /// The object at `address`.
    pub fn get(&self, address: &Address) -> Option<&Entry> {
        self.entries.get(address)
    }

    /// The object at `address`, to change.
    pub fn get_mut(&mut self, address: &Address) -> Option<&mut Entry> {
        self.entries.get_mut(address)
    }

    /// Whether something is at `address`.
    pub fn contains(&self, address: &Address) -> bool {
        self.entries.contains_key(address)
    }

    /// Adds an object, after all others; gives the one that was there before it.
    pub fn insert(&mut self, mut entry: Entry) -> Option<Entry> {
        self.count += 1;
        entry.position = self.count;
        self.entries.insert(entry.address.clone(), entry)
    }

    /// Puts an object at its place without changing its position.
    pub fn put(&mut self, entry: Entry) {
        self.entries.insert(entry.address.clone(), entry);
    }

    /// Takes an object out.
    pub fn remove(&mut self, address: &Address) -> Option<Entry> {
        self.entries.remove(address)
    }

    /// Every object, by address.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// Every object, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.values_mut()
    }

    /// The objects of `kind` whose path begins with `path`.
    pub fn inside<'m>(&'m self, kind: &'static str, path: &'m [String]) -> impl Iterator<Item = &'m Entry> {
        let first = Address { kind, path: path.into(), about: None };
        let all = self.entries.range(first..).map(|(_, entry)| entry);
        all.take_while(move |entry| entry.address.kind == kind && entry.address.path.starts_with(path))
    }

    /// Every address.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.entries.keys()
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The body at `address` as the type that its room uses.
    pub fn body<B: Body>(&self, address: &Address) -> Option<&B> {
        (*self.get(address)?.body).as_any().downcast_ref()
    }
}

/// What is known about a table besides its shape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableFacts {
    /// Size of the heap in bytes, that of all partitions together; 0 means that it holds no rows.
    pub bytes: u64,
    /// The planner's estimate of its rows; negative if it was never analysed.
    pub rows: i64,
    /// Whether it is partitioned, so that its rows are elsewhere.
    pub partitioned: bool,
    /// Whether policies hide rows of it from the current user.
    pub hidden: bool,
    /// The role as which to do what runs its triggers, checks and policies: its owner, where that is neither the current
    /// role nor a superuser, and the current role can act for it.
    pub owner: Option<String>,
}

/// The model read from the live catalog, with what else was learnt on the way.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// The objects.
    pub model: Model,
    /// Sizes of tables.
    pub tables: HashMap<Address, TableFacts>,
    /// By their tables, the columns of primary keys in schemas that are not read, each with the operator that tells its
    /// values apart, as SQL.
    pub keys_elsewhere: HashMap<Address, Vec<(String, String)>>,
    /// What could not be asked about, and why.
    pub unasked: Vec<(Address, String)>,
    /// By the names of its address, what calls code of a role that is not trusted, and the role.
    pub callers: BTreeMap<Vec<String>, String>,
    /// By their names, the relations over which no query can be planned without running such code, and the role.
    pub reached: BTreeMap<Vec<String>, String>,
    /// What changes with rows of other tables that belongs to roles that are not trusted, or calls their code.
    pub cascades: Vec<Cascade>,
}

/// That rows of a table which belongs to a role that is not trusted, or calls code of one, change with rows of another, or
/// are read because of a foreign key.
#[derive(Debug, Clone)]
pub struct Cascade {
    /// The names of the other.
    pub table: Vec<String>,
    /// What has them change or be read.
    pub upon: Upon,
    /// The names of the table.
    pub last: Vec<String>,
    /// The role.
    pub stranger: String,
}

/// What of a table concerns one that foreign keys tie to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Upon {
    /// Rows are deleted.
    Delete,
    /// Rows are updated.
    Update,
    /// A key of it is checked.
    Refers,
    /// A key of the other is checked.
    Referred,
}

impl Observed {
    /// The role that is not trusted and whose code the object at `at` calls.
    pub fn stranger(&self, at: &Address) -> Option<&str> {
        self.callers.get(at.subject().unwrap_or(at).path()).map(String::as_str)
    }

    /// The role that is not trusted and whose code the table at `table`, a part of it or a partition calls: an index, a
    /// partition key, statistics, a check, a trigger. To plan a query over the table is to run some of it already.
    pub fn stranger_inside(&self, table: &Address) -> Option<&str> {
        self.reached.get(table.path()).map(String::as_str)
    }

    /// Has what is known of the names that something has in the database be found by its new ones too.
    pub fn call_by_new_names(&mut self, in_database: &dyn Fn(&Address) -> Address) {
        if self.callers.is_empty() && self.reached.is_empty() {
            return;
        }
        let renamed = self.model.addresses().map(|at| (at.path().to_vec(), in_database(at).path().to_vec()));
        let renamed: Vec<_> = renamed.filter(|(new, old)| new != old).collect();
        for known in [&mut self.callers, &mut self.reached] {
            let found = renamed.iter().filter_map(|(new, old)| Some((new.clone(), known.get(old)?.clone())));
            let found: Vec<_> = found.collect();
            known.extend(found);
        }
    }

    /// The names of every table of which [`Observed::stranger_inside`] tells, and of every relation that needs one of
    /// them, each with the role.
    pub fn relations_among_strangers(&self) -> BTreeMap<&[String], &str> {
        let reached = self.reached.iter().map(|(names, role)| (names.as_slice(), role.as_str()));
        let mut found: BTreeMap<&[String], &str> = reached.collect();
        let mut users: HashMap<&[String], Vec<&Address>> = HashMap::new();
        for entry in self.model.iter().filter(|entry| entry.address.path().len() == 2) {
            entry.needs.iter().for_each(|need| users.entry(need.path()).or_default().push(&entry.address));
        }
        let mut open: Vec<(&[String], &str)> = found.iter().map(|(names, role)| (*names, *role)).collect();
        while let Some((names, role)) = open.pop() {
            for user in users.get(names).into_iter().flatten() {
                if found.insert(user.path(), role).is_none() {
                    open.push((user.path(), role));
                }
            }
        }
        found
    }

    /// Whether the table is there and holds rows, as far as its size tells.
    pub fn holds_rows(&self, table: &Address) -> bool {
        self.tables.get(table).is_some_and(|facts| facts.bytes > 0)
    }
}
