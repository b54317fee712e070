//! The three sorts of text that are sent to a server. They cannot be mixed up: what sends them takes one sort each, and
//! a house test says which part of the code may make which.

/// SQL of our own. Whatever is not constant in it went through [`super::ident`] or [`super::literal`], or came out of
/// the server's own `quote_ident`. Any number of statements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Own(String);

/// One statement with text in it that the file or the database gave. The server refuses it where that text ends the
/// statement and begins another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign(String);

/// What an application of the plan executes: what the file asks for, as it stands in the plan, and scripts that a person
/// gave. Any number of statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution(String);

macro_rules! text_of_a_message {
    ($($sort:ident)+) => {
        $(impl $sort {
            /// The text as this sort of message.
            pub fn new(text: impl Into<String>) -> $sort {
                $sort(text.into())
            }

            /// The text.
            pub fn text(&self) -> &str {
                &self.0
            }
        })+
    };
}

text_of_a_message! { Own Foreign Execution }
