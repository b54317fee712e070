//! The source tree as the house tests see it: files without comments, their string literals, their functions.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A source file, read apart. Tests inside it (from `#[cfg(test)]` on) are left out.
pub struct Source {
    /// Its path below the root, with `/`.
    pub path: String,
    /// Its lines, with comments and the insides of literals blanked.
    pub code: Vec<String>,
    /// Its string literals, with the number of their line, from 1.
    pub literals: Vec<(usize, String)>,
}

/// A function and how many lines it has.
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its first line, from 1.
    pub line: usize,
    /// How many lines it has, signature and braces included.
    pub lines: usize,
}

/// Every Rust file below a folder.
pub fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.sort();
    found.iter().map(|path| Source::read(path)).collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository").flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

impl Source {
    fn read(path: &Path) -> Source {
        let text = fs::read_to_string(path).expect("a readable source file");
        let relative = path.strip_prefix(root()).expect("a path below the root");
        let production = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let (code, literals) = blank(production);
        let code = code.lines().map(str::to_string).collect();
        Source { path: relative.to_string_lossy().replace('\\', "/"), code, literals }
    }

    /// The module that the file is, from the outside in: `["plan", "gate"]`.
    pub fn module(&self) -> Vec<&str> {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path).trim_end_matches(".rs");
        inside.split('/').filter(|part| *part != "mod").collect()
    }

    /// Its functions, nested ones too.
    pub fn functions(&self) -> Vec<Function> {
        let starts = self.code.iter().enumerate().filter_map(|(at, line)| Some((at, name_of(line)?)));
        starts
            .filter_map(|(at, name)| {
                let lines = self.length(at)?;
                Some(Function { name, line: at + 1, lines })
            })
            .collect()
    }

    /// From the line where a function begins to the brace that ends it; nothing for one without a body.
    fn length(&self, start: usize) -> Option<usize> {
        let (mut depth, mut round) = (0_i32, 0_i32);
        for (number, line) in self.code[start..].iter().enumerate() {
            for char in line.chars() {
                match char {
                    '(' | '[' => round += 1,
                    ')' | ']' => round -= 1,
                    ';' if depth == 0 && round == 0 => return None,
                    '{' => depth += 1,
                    '}' => {
                        depth -= 1;
                        if depth == 0 {
                            return Some(number + 1);
                        }
                    }
                    _ => {}
                }
            }
        }
        None
    }
}

fn name_of(line: &str) -> Option<String> {
    let mut words = line.split_whitespace().skip_while(|word| {
        *word == "pub" || word.starts_with("pub(") || matches!(*word, "const" | "async" | "super)" | "crate)")
    });
    if words.next() != Some("fn") {
        return None;
    }
    let name = words.next()?.split(['(', '<']).next()?;
    (!name.starts_with('$')).then(|| name.to_string())
}

/// The text with comments and the insides of literals blanked, and the string literals.
fn blank(text: &str) -> (String, Vec<(usize, String)>) {
    let chars: Vec<char> = text.chars().collect();
    let (mut code, mut literals) = (String::with_capacity(text.len()), Vec::new());
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let (end, literal) = match (chars[at], chars.get(at + 1)) {
            ('/', Some('/')) => (find(&chars, at, |rest| rest.starts_with(&['\n'])), None),
            ('/', Some('*')) => (find(&chars, at + 2, |rest| rest.starts_with(&['*', '/'])) + 2, None),
            ('r', Some('"' | '#')) if !is_word(&chars, at) => raw(&chars, at),
            ('"', _) => string(&chars, at),
            ('\'', _) => (character(&chars, at), None),
            (char, _) => {
                code.push(char);
                line += usize::from(char == '\n');
                at += 1;
                continue;
            }
        };
        literals.extend(literal.map(|text| (line, text)));
        for char in &chars[at..end.min(chars.len())] {
            code.push(if *char == '\n' { '\n' } else { ' ' });
            line += usize::from(*char == '\n');
        }
        at = end;
    }
    (code, literals)
}

fn find(chars: &[char], from: usize, fits: impl Fn(&[char]) -> bool) -> usize {
    (from..chars.len()).find(|at| fits(&chars[*at..])).unwrap_or(chars.len())
}

/// Whether the character before `at` belongs to the same word.
fn is_word(chars: &[char], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| chars[before].is_alphanumeric() || chars[before] == '_')
}

fn raw(chars: &[char], at: usize) -> (usize, Option<String>) {
    let hashes = chars[at + 1..].iter().take_while(|char| **char == '#').count();
    let start = at + 1 + hashes;
    if chars.get(start) != Some(&'"') {
        return (start, None);
    }
    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let end = find(chars, start + 1, |rest| rest.starts_with(&close));
    (end + close.len(), Some(chars[start + 1..end.min(chars.len())].iter().collect()))
}

fn string(chars: &[char], at: usize) -> (usize, Option<String>) {
    let (mut end, mut text) = (at + 1, String::new());
    while end < chars.len() && chars[end] != '"' {
        if chars[end] != '\\' {
            text.push(chars[end]);
            end += 1;
            continue;
        }
        match chars.get(end + 1) {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('\n') => {
                end = find(chars, end + 2, |rest| rest.first().is_some_and(|char| !char.is_whitespace()));
                continue;
            }
            other => text.extend(other),
        }
        end += 2;
    }
    (end + 1, Some(text))
}

/// The end of a character literal, or of the quote of a lifetime.
fn character(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => find(chars, at + 3, |rest| rest.starts_with(&['\''])) + 1,
        (Some(_), Some('\'')) => at + 3,
        _ => at + 1,
    }
}
