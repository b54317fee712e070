//! TOML with places: files, spans, nodes, a reader that collects every problem, and carets under them.
//!
//! Knows nothing of PostgreSQL or of kinds; everything above uses it to say *where* in the file something stands.

mod diagnostic;
mod files;
mod node;
pub mod open;
mod reader;
mod rows_file;
mod span;
mod wildcard;

pub use diagnostic::{Diagnostic, Problems, suggest};
pub use files::{Files, load, reload};
pub use node::{Key, Node, Table, Value};
pub use reader::{KeyDoc, Reader, Shape};
pub use rows_file::RowsKey;
pub use span::Span;
pub use wildcard::wildcard;
