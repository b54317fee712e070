//! Writing SQL: quoting, phrases, statements and what each form of statement costs. The only place that builds SQL
//! text; but for `cut`, nothing here reads SQL text again. `printed` asks the server for the text of others.

mod as_owner;
mod catalog;
mod cut;
mod form;
mod fragment;
mod message;
mod names;
mod phrase;
mod printed;
mod quote;
mod routine;
mod sequence;
mod setting;

pub use as_owner::{AsOwner, COLUMNS_FIRST, leave_nothing};
pub use catalog::{
    BASE_TYPE, EQUALITY, HOLDS_NO_NULL, LONGEST_TEXT, SERIAL, column_names, member_of_class,
    member_of_no_class, not_of_extension, routine_path, sequence_of_a_column, with_clause,
};
pub(crate) use catalog::{operator_name, routine_name};
pub use cut::{bracketed, cut, cut_once, unquoted};
pub use form::{Consent, Cost, Form, Lock, Work};
pub use fragment::Fragment;
pub use message::{Execution, Foreign, Own};
pub use names::{MAX_NAME_BYTES, auto_name};
pub use phrase::{Origin, Phrase};
pub use printed::{
    WITH_INDEX, exclusion_definition, facts, index_definition, rule_definition, sql_of,
    statistics_definition, trigger_arguments, trigger_condition, view_definition,
};
pub use quote::{NON_PLAIN_KEYWORDS, dollar_tag, ident, idents, literal, on_this_database, qualified};
pub use routine::{DYNAMIC, TYPE_WORDS, argument_types, retype_routine, split_routine};
pub use sequence::{Next, move_past, next_number};
pub use setting::{is_list, listed_names, stored_names};
