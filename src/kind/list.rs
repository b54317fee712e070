//! Lists of names as text: how one room tells another more than one. A name may hold anything, line breaks too.

/// The names as one text.
pub fn as_list<S: AsRef<str>>(names: &[S]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    serde_json::Value::from(names).to_string()
}

/// The names in a text that [`as_list`] made.
pub fn from_list(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        let names = ["a", "b\nc", "", "\"d\", [e]\\"];
        assert_eq!(from_list(&as_list(&names)), names);
        assert_eq!(from_list(&as_list::<&str>(&[])), [""; 0]);
    }
}
