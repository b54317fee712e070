//! Writing SQL: quoting, phrases, statements and what each form of statement costs. The only place that builds SQL
//! text; but for `cut`, nothing here reads SQL text again.

mod catalog;
mod cut;
mod form;
mod fragment;
mod names;
mod phrase;
mod quote;
mod routine;

pub(crate) use catalog::routine_name;
pub use catalog::{
    SEQUENCE_OF_ITS_OWN, column_names, member_of_class, member_of_no_class, not_of_extension, with_clause,
};
pub use cut::{bracketed, cut, cut_once};
pub use form::{Consent, Cost, Form, Lock, Work};
pub use fragment::Fragment;
pub use names::auto_name;
pub use phrase::{Origin, Phrase};
pub use quote::{NON_PLAIN_KEYWORDS, dollar_tag, ident, idents, literal, on_this_database, qualified};
pub use routine::{argument_types, retype_routine, split_routine};
