//! The trait that every room implements, and the registry the corridor walks. Stands below the rooms.

mod clustered;
mod collation;
mod context;
mod cx;
mod draft;
mod firing;
mod grant_option;
mod index_parts;
mod item;
pub mod leftover;
mod list;
mod options;
mod place;
mod registry;
mod remark;
mod renaming;
pub mod right;
mod seat;
mod server;
mod tail;
mod targets;

use crate::delta::{Action, Alteration, Change, Obstacle};
use crate::model::{Address, Body, Entry, Model, Observed};
use crate::pg::Feature;
use crate::source::KeyDoc;
use crate::sql::Fragment;
use crate::statement::{Step, Trial};
pub use clustered::{cluster, compare_clustered, keep_clustered};
pub use collation::Collation;
pub use context::Context;
pub use cx::{Cx, Terms};
pub use draft::{Draft, Drafted, Names, dotless, inline, short_type, unwrapped};
pub use firing::{FIRING, firing, firing_verb};
pub use grant_option::{GRANT_OPTION, MAINTAIN, known_privileges, read_grant_option, write_privileges};
pub use index_parts::{IndexDefinition, IndexParts, WrittenIndex, bare};
pub use item::{Declared, Item, Reference, split_name, split_using, sql_using, with_using};
pub use list::{as_list, from_list};
pub use options::{Options, switch};
pub use place::Place;
pub use registry::Registry;
pub use remark::{REMARK, read_remark, remark};
pub use renaming::{follow_routine, rename, rename_plain};
pub use right::{Right, Test};
pub use seat::{Privileges, Seat};
pub use server::{Row, Server, Unread};
pub use tail::Tail;
pub use targets::{Targets, alter_index};

/// The coarse order in which kinds come into being; edges between objects refine it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Roles: owners and grantees of everything else.
    Role,
    /// Schemas.
    Namespace,
    /// Extensions: they bring types and functions.
    Extension,
    /// Default privileges: what everything below is born with.
    Birthright,
    /// Types.
    Type,
    /// Sequences, which defaults take numbers from.
    Sequence,
    /// Functions.
    Function,
    /// Operator classes, which are made of operators and functions, and which indexes take.
    Class,
    /// Tables.
    Table,
    /// Columns.
    Column,
    /// Primary keys and unique constraints, which foreign keys point at.
    Key,
    /// Checks and indexes.
    Constraint,
    /// Views, which everything above may be part of.
    View,
    /// Declared rows.
    Rows,
    /// Foreign keys.
    Reference,
    /// Triggers.
    Trigger,
    /// Policies.
    Policy,
    /// Owners.
    Owner,
    /// Privileges.
    Privilege,
    /// Comments.
    Note,
    /// What the tool does not model.
    Custom,
}

/// What a person should know of a kind; the reference is generated from it.
#[derive(Debug)]
pub struct Doc {
    /// The kind's name: the word in addresses.
    pub name: &'static str,
    /// What it is, in a sentence or two.
    pub summary: &'static str,
    /// The page of PostgreSQL's manual: `sql-createtable`.
    pub manual: &'static str,
    /// Where it stands in the file.
    pub place: Place,
    /// Its place in the order of creation.
    pub rank: Rank,
    /// The key that a bare value (a string, an array) stands for: `name = "text"` for `name = { type = "text" }`.
    pub main_key: Option<&'static str>,
    /// The keys it takes besides those of other kinds.
    pub keys: &'static [KeyDoc],
    /// Keys of which not every server can all: what it must be able to do.
    pub features: &'static [(&'static str, Feature)],
    /// A complete example that validates.
    pub example: &'static str,
}

/// Gives each fragment of a body to the corridor: its attribute, the fragment, and how the server can spell it.
pub type Visit<'v> = dyn FnMut(&str, &mut Fragment, Context) + 'v;

/// Whether an object that the database has and the file does not is worth telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undeclared {
    /// It is drift: reported, and dropped under `prune`.
    Drift,
    /// The same, with what is to be told of it.
    Told(Change),
    /// It is left of something that was cut off: taken away, by itself where the file declares what it is part of.
    Leftover(Change),
    /// It is none of our business.
    Ignore,
}

/// One kind of database object, complete: its shape in the file, its catalog query, its comparison, its SQL.
pub trait Room: Sync + 'static {
    /// What is known of one object.
    type Body: Body + Clone;

    /// What a person should know of it.
    fn doc(&self) -> &'static Doc;

    /// Reads one object of the file and declares it.
    fn read(&self, item: &mut Item<'_>);

    /// The one catalog query that reads every object of this kind in the schemas of `server`.
    fn catalog(&self, server: &Server) -> Option<String>;

    /// Where the catalog has its objects, for kinds that can have comments, privileges or owners.
    fn seat(&self) -> Option<Seat> {
        None
    }

    /// Catalogs, besides that of its seat, in which the object can change while the catalogs that
    /// `state/fingerprint.rs` always looks at do not.
    fn catalogs(&self, _at: &Address) -> &'static [&'static str] {
        &[]
    }

    /// Whether the data is asked SQL of the file, which may call anything.
    fn asks_sql(&self, _desired: &Self::Body) -> bool {
        false
    }

    /// Takes one row of that query into the observed model.
    fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed);

    /// Says an observed object as the file would: the inverse of [`Room::read`].
    fn write(&self, _at: &Address, _observed: &Self::Body, draft: &mut Draft<'_>) {
        draft.leave_out();
        draft.unsaid("the file cannot say it yet");
    }

    /// How its text is checked, if the server takes it unread.
    fn trial(&self, _at: &Address, _desired: &Self::Body) -> Option<Trial> {
        None
    }

    /// SQL of our own, the last query of which gives the path of the address of each object whose text its language refuses
    /// where bare names are looked for along `path`; only for text of somebody trusted, and not for those at `strange`.
    fn refused_texts(&self, _server: &Server, _path: &str, _strange: &[Address]) -> Option<String> {
        None
    }

    /// Has what is observed say that its text is not to be checked.
    fn leave_untried(&self, _observed: &mut Self::Body) {}

    /// A question that only the data can answer, asked once the catalog is known and everything that the object
    /// needs is there. Sent in a read-only transaction.
    fn probe(&self, _at: &Address, _desired: &Self::Body, _cx: &Cx<'_>) -> Option<String> {
        None
    }

    /// What the answer says is there: the observed body, or nothing.
    fn answer(&self, _desired: &Self::Body, _rows: &[Row<'_>]) -> Option<Self::Body> {
        None
    }

    /// Shows every fragment that the server may spell differently from the file.
    fn fragments(&self, _at: &Address, _body: &mut Self::Body, _visit: &mut Visit<'_>) {}

    /// What it comes after, besides what it names.
    fn comes_after(&self, _at: &Address, _desired: &Self::Body, _cx: &Cx<'_>) -> Vec<Address> {
        Vec::new()
    }

    /// Why the server cannot have it beside what else the file declares.
    fn refused(&self, _at: &Address, _desired: &Self::Body, _cx: &Cx<'_>) -> Option<Obstacle> {
        None
    }

    /// What it comes after, unless that comes after it too: then all of them come in one transaction, in any order.
    fn comes_with(&self, _at: &Address, _desired: &Self::Body, _cx: &Cx<'_>) -> Vec<Address> {
        Vec::new()
    }

    /// The steps that bring the object into being.
    fn create(&self, at: &Address, desired: &Self::Body, cx: &Cx<'_>) -> Vec<Step>;

    /// Compares, attribute by attribute.
    fn compare(
        &self,
        at: &Address,
        desired: &Self::Body,
        observed: &Self::Body,
        cx: &Cx<'_>,
        out: &mut Alteration,
    );

    /// The steps that take the object away.
    fn drop(&self, at: &Address, observed: &Self::Body, cx: &Cx<'_>) -> Vec<Step>;

    /// The steps that replace it, where dropping and creating it in turn is not the best way.
    fn replace(
        &self,
        at: &Address,
        desired: &Self::Body,
        observed: &Self::Body,
        cx: &Cx<'_>,
    ) -> Option<Vec<Step>> {
        let _ = (at, desired, observed, cx);
        None
    }

    /// The steps that give the object at `from` the name and the schema of `at`, if its kind can be renamed; none where
    /// something else brings it there.
    fn rename(&self, _from: &Address, _at: &Address, _cx: &Cx<'_>) -> Option<Vec<Step>> {
        None
    }

    /// Whether an observed object under another name is what an unnamed desired one asks for.
    fn same_shape(&self, _desired: &Self::Body, _observed: &Self::Body) -> bool {
        false
    }

    /// Follows a rename in an address that names what is renamed without standing in it.
    fn readdress(&self, _at: &Address, _from: &Address, _to: &Address) -> Option<Address> {
        None
    }

    /// Follows a rename inside an observed body.
    fn follow(&self, _body: &mut Self::Body, _from: &Address, _to: &Address) {}

    /// How SQL names the object after `COMMENT ON`: `TABLE public.events`.
    fn identity(&self, _at: &Address) -> Option<String> {
        None
    }

    /// What the current user must be allowed to do for that to happen to the object.
    fn rights(&self, at: &Address, _body: &Self::Body, action: Action, cx: &Cx<'_>) -> Vec<Right> {
        right::usual(self.doc().place, at, action, cx)
    }

    /// An object's name with every type in it as `spell` gives it: `f(int)` is the server's `f(integer)`.
    fn retype(&self, name: &str, spell: &mut dyn FnMut(&str) -> String) -> String {
        let _ = spell;
        name.to_string()
    }

    /// What a file that has all of `model` must say of what is not there, or it would be there where the file is applied.
    fn unspoken(&self, _model: &Model, _registry: &Registry) -> Vec<Entry> {
        Vec::new()
    }

    /// Of a kind that is about others: the steps that take back what `subject` gets where it is made anew, before what it had is
    /// put back.
    fn taken_back(&self, _subject: &Address, _cx: &Cx<'_>) -> Vec<Step> {
        Vec::new()
    }

    /// What follows the bare name in the object's name.
    fn tail(&self) -> Tail {
        Tail::Nothing
    }

    /// Adds a second declaration at the same address to the first, where the two can add up.
    fn join(&self, _one: &mut Self::Body, _other: &Self::Body) -> bool {
        false
    }

    /// Adds to what is to be created what the observed object has beyond it, where the object is replaced, or goes and
    /// comes back: what is left alone must not be lost on the way.
    fn keep(&self, _at: &Address, desired: &mut Self::Body, observed: &Self::Body, _cx: &Cx<'_>) {
        self.join(desired, observed);
    }

    /// The steps by which an object that stays lets go of `of`, which it [uses](Entry::uses) and which is replaced; takes
    /// out of the observed body what is gone then. No steps where it need not, or cannot.
    fn let_go(&self, _at: &Address, _observed: &mut Self::Body, _of: &Address) -> Vec<Step> {
        Vec::new()
    }

    /// What a declaration that speaks of many objects at once says of each.
    fn expand(
        &self,
        _at: &Address,
        _body: &Self::Body,
        _desired: &Model,
        _observed: &Observed,
    ) -> Option<Vec<Entry>> {
        None
    }

    /// Whether PostgreSQL refuses to change a column while an object of this kind depends on it.
    fn holds_fast(&self) -> bool {
        false
    }

    /// Whether what needs an object of this kind takes its results; where it is altered by `changes`, whether others than
    /// before.
    fn gives_results(&self, _changes: Option<&[Change]>) -> bool {
        false
    }

    /// Whether the object holds what was computed when rows were written, and goes on with that.
    fn keeps_results(&self, _body: &Self::Body) -> bool {
        false
    }

    /// Whether what is part of something goes with it by itself.
    fn goes_with_parent(&self) -> bool {
        true
    }

    /// Whether what is part of something stays in its schema when that is moved into another one.
    fn stays_behind(&self) -> bool {
        false
    }

    /// Whether the order of such objects in the file means something.
    fn keeps_order(&self) -> bool {
        false
    }

    /// Whether the object belongs to the whole cluster, and not to one database.
    fn is_shared(&self, _at: &Address) -> bool {
        false
    }

    /// An attribute as text, for other rooms.
    fn attribute(&self, _body: &Self::Body, _name: &str) -> Option<String> {
        None
    }

    /// Whether an undeclared object of this kind is drift.
    fn undeclared(&self, _at: &Address, _observed: &Self::Body, _cx: &Cx<'_>) -> Undeclared {
        Undeclared::Drift
    }
}

macro_rules! erased {
    ($($(#[doc = $doc:literal])+ fn $name:ident($($arg:ident: $ty:ty),* ; $($body:ident),* ; $($tail:ident: $tty:ty),*) $(-> $ret:ty)?;)+) => {
        /// A [`Room`] whose body type is hidden, so that the corridor can hold all of them.
        pub trait Kind: Sync {
            /// What a person should know of it.
            fn doc(&self) -> &'static Doc;
            /// See [`Room::read`].
            fn read(&self, item: &mut Item<'_>);
            /// See [`Room::catalog`].
            fn catalog(&self, server: &Server) -> Option<String>;
            /// See [`Room::seat`]; with the kind in it.
            fn seat(&self) -> Option<Seat>;
            /// See [`Room::observe`].
            fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed);
            /// See [`Room::readdress`].
            fn readdress(&self, at: &Address, from: &Address, to: &Address) -> Option<Address>;
            /// See [`Room::fragments`].
            fn fragments(&self, at: &Address, body: &mut dyn Body, visit: &mut Visit<'_>);
            /// See [`Room::follow`].
            fn follow(&self, body: &mut dyn Body, from: &Address, to: &Address);
            /// See [`Room::refused_texts`].
            fn refused_texts(&self, server: &Server, path: &str, strange: &[Address]) -> Option<String>;
            /// See [`Room::leave_untried`].
            fn leave_untried(&self, observed: &mut dyn Body);
            /// See [`Room::answer`].
            fn answer(&self, desired: &dyn Body, rows: &[Row<'_>]) -> Option<Box<dyn Body>>;
            /// See [`Room::rename`].
            fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>>;
            /// See [`Room::holds_fast`].
            fn holds_fast(&self) -> bool;
            /// See [`Room::gives_results`].
            fn gives_results(&self, changes: Option<&[Change]>) -> bool;
            /// See [`Room::keeps_results`].
            fn keeps_results(&self, body: &dyn Body) -> bool;
            /// See [`Room::goes_with_parent`].
            fn goes_with_parent(&self) -> bool;
            /// See [`Room::stays_behind`].
            fn stays_behind(&self) -> bool;
            /// See [`Room::keeps_order`].
            fn keeps_order(&self) -> bool;
            /// See [`Room::is_shared`].
            fn is_shared(&self, at: &Address) -> bool;
            /// See [`Room::identity`].
            fn identity(&self, at: &Address) -> Option<String>;
            /// See [`Room::retype`].
            fn retype(&self, name: &str, spell: &mut dyn FnMut(&str) -> String) -> String;
            /// See [`Room::unspoken`].
            fn unspoken(&self, model: &Model, registry: &Registry) -> Vec<Entry>;
            /// See [`Room::taken_back`].
            fn taken_back(&self, subject: &Address, cx: &Cx<'_>) -> Vec<Step>;
            /// See [`Room::tail`].
            fn tail(&self) -> Tail;
            /// See [`Room::join`].
            fn join(&self, one: &mut dyn Body, other: &dyn Body) -> bool;
            /// See [`Room::keep`].
            fn keep(&self, at: &Address, desired: &mut dyn Body, observed: &dyn Body, cx: &Cx<'_>);
            /// See [`Room::let_go`].
            fn let_go(&self, at: &Address, observed: &mut dyn Body, of: &Address) -> Vec<Step>;
            /// See [`Room::expand`].
            fn expand(&self, at: &Address, body: &dyn Body, desired: &Model, observed: &Observed) -> Option<Vec<Entry>>;
            $($(#[doc = $doc])+ fn $name(&self $(, $arg: $ty)* $(, $body: &dyn Body)* $(, $tail: $tty)*) $(-> $ret)?;)+
        }

        impl<R: Room> Kind for R {
            fn doc(&self) -> &'static Doc {
                Room::doc(self)
            }
            fn read(&self, item: &mut Item<'_>) {
                Room::read(self, item);
            }
            fn catalog(&self, server: &Server) -> Option<String> {
                Room::catalog(self, server)
            }
            fn seat(&self) -> Option<Seat> {
                Room::seat(self).map(|seat| Seat { kind: Room::doc(self).name, ..seat })
            }
            fn observe(&self, row: &Row<'_>, server: &Server, out: &mut Observed) {
                Room::observe(self, row, server, out);
            }
            fn readdress(&self, at: &Address, from: &Address, to: &Address) -> Option<Address> {
                Room::readdress(self, at, from, to)
            }
            fn fragments(&self, at: &Address, body: &mut dyn Body, visit: &mut Visit<'_>) {
                if let Some(body) = body.as_any_mut().downcast_mut::<R::Body>() {
                    Room::fragments(self, at, body, visit);
                }
            }
            fn follow(&self, body: &mut dyn Body, from: &Address, to: &Address) {
                if let Some(body) = body.as_any_mut().downcast_mut::<R::Body>() {
                    Room::follow(self, body, from, to);
                }
            }
            fn refused_texts(&self, server: &Server, path: &str, strange: &[Address]) -> Option<String> {
                Room::refused_texts(self, server, path, strange)
            }
            fn leave_untried(&self, observed: &mut dyn Body) {
                if let Some(body) = observed.as_any_mut().downcast_mut::<R::Body>() {
                    Room::leave_untried(self, body);
                }
            }
            fn answer(&self, desired: &dyn Body, rows: &[Row<'_>]) -> Option<Box<dyn Body>> {
                Room::answer(self, own::<R>(desired), rows).map(|body| Box::new(body) as Box<dyn Body>)
            }
            fn rename(&self, from: &Address, at: &Address, cx: &Cx<'_>) -> Option<Vec<Step>> {
                Room::rename(self, from, at, cx)
            }
            fn holds_fast(&self) -> bool {
                Room::holds_fast(self)
            }
            fn gives_results(&self, changes: Option<&[Change]>) -> bool {
                Room::gives_results(self, changes)
            }
            fn keeps_results(&self, body: &dyn Body) -> bool {
                Room::keeps_results(self, own::<R>(body))
            }
            fn goes_with_parent(&self) -> bool {
                Room::goes_with_parent(self)
            }
            fn stays_behind(&self) -> bool {
                Room::stays_behind(self)
            }
            fn keeps_order(&self) -> bool {
                Room::keeps_order(self)
            }
            fn is_shared(&self, at: &Address) -> bool {
                Room::is_shared(self, at)
            }
            fn identity(&self, at: &Address) -> Option<String> {
                Room::identity(self, at)
            }
            fn retype(&self, name: &str, spell: &mut dyn FnMut(&str) -> String) -> String {
                Room::retype(self, name, spell)
            }
            fn unspoken(&self, model: &Model, registry: &Registry) -> Vec<Entry> {
                Room::unspoken(self, model, registry)
            }
            fn taken_back(&self, subject: &Address, cx: &Cx<'_>) -> Vec<Step> {
                Room::taken_back(self, subject, cx)
            }
            fn tail(&self) -> Tail {
                Room::tail(self)
            }
            fn join(&self, one: &mut dyn Body, other: &dyn Body) -> bool {
                match one.as_any_mut().downcast_mut::<R::Body>() {
                    Some(one) => Room::join(self, one, own::<R>(other)),
                    None => false,
                }
            }
            fn keep(&self, at: &Address, desired: &mut dyn Body, observed: &dyn Body, cx: &Cx<'_>) {
                if let Some(desired) = desired.as_any_mut().downcast_mut::<R::Body>() {
                    Room::keep(self, at, desired, own::<R>(observed), cx);
                }
            }
            fn let_go(&self, at: &Address, observed: &mut dyn Body, of: &Address) -> Vec<Step> {
                let body = observed.as_any_mut().downcast_mut::<R::Body>();
                body.map(|body| Room::let_go(self, at, body, of)).unwrap_or_default()
            }
            fn expand(&self, at: &Address, body: &dyn Body, desired: &Model, observed: &Observed) -> Option<Vec<Entry>> {
                Room::expand(self, at, own::<R>(body), desired, observed)
            }
            $(fn $name(&self $(, $arg: $ty)* $(, $body: &dyn Body)* $(, $tail: $tty)*) $(-> $ret)? {
                Room::$name(self $(, $arg)* $(, own::<R>($body))* $(, $tail)*)
            })+
        }
    };
}

erased! {
    /// See [`Room::write`].
    fn write(at: &Address; observed; draft: &mut Draft<'_>);
    /// See [`Room::trial`].
    fn trial(at: &Address; desired; ) -> Option<Trial>;
    /// See [`Room::probe`].
    fn probe(at: &Address; desired; cx: &Cx<'_>) -> Option<String>;
    /// See [`Room::catalogs`].
    fn catalogs(at: &Address; ; ) -> &'static [&'static str];
    /// See [`Room::asks_sql`].
    fn asks_sql(; desired; ) -> bool;
    /// See [`Room::comes_after`].
    fn comes_after(at: &Address; desired; cx: &Cx<'_>) -> Vec<Address>;
    /// See [`Room::refused`].
    fn refused(at: &Address; desired; cx: &Cx<'_>) -> Option<Obstacle>;
    /// See [`Room::comes_with`].
    fn comes_with(at: &Address; desired; cx: &Cx<'_>) -> Vec<Address>;
    /// See [`Room::create`].
    fn create(at: &Address; desired; cx: &Cx<'_>) -> Vec<Step>;
    /// See [`Room::compare`].
    fn compare(at: &Address; desired, observed; cx: &Cx<'_>, out: &mut Alteration);
    /// See [`Room::drop`].
    fn drop(at: &Address; observed; cx: &Cx<'_>) -> Vec<Step>;
    /// See [`Room::replace`].
    fn replace(at: &Address; desired, observed; cx: &Cx<'_>) -> Option<Vec<Step>>;
    /// See [`Room::rights`].
    fn rights(at: &Address; body; action: Action, cx: &Cx<'_>) -> Vec<Right>;
    /// See [`Room::same_shape`].
    fn same_shape(; desired, observed; ) -> bool;
    /// See [`Room::attribute`].
    fn attribute(; body; name: &str) -> Option<String>;
    /// See [`Room::undeclared`].
    fn undeclared(at: &Address; observed; cx: &Cx<'_>) -> Undeclared;
}

/// The room's own type of body. An address carries its kind, so a body of another type is a bug of the corridor.
fn own<R: Room>(body: &dyn Body) -> &R::Body {
    match body.as_any().downcast_ref() {
        Some(body) => body,
        None => panic!("a body of another kind was handed to a room: {body:?}"),
    }
}
