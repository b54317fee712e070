//! Attacks: a role without rights, called Mallory, has named, written and left everything that she can in the database;
//! and a file comes from somebody who may only have it looked at. The tool runs with the highest rights beside them.
//!
//! An attack succeeds if code of hers is run by anybody but her, if she has a right that she had not, if the server was
//! sent something that is no SQL, if something happened that is not in the plan, and if the tool calls in sync what is
//! not. `ATTACKS=all` runs every text at every place; without it, some of the costlier ones on each major. `ATTACK=text` runs
//! those whose name has the text in it.

mod again;
mod beside;
mod bodies;
mod cascades;
mod elsewhere;
mod files;
mod hidden;
mod large;
mod mallory;
mod many;
mod names;
mod shadows;
mod texts;

fn is_thorough() -> bool {
    std::env::var("ATTACKS").is_ok_and(|value| value == "all")
}

fn is_wanted(attack: &str) -> bool {
    std::env::var("ATTACK").is_ok_and(|text| attack.contains(&text)) || std::env::var_os("ATTACK").is_none()
}
