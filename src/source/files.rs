//! The files that make up one `schema.toml`: the root, and what it includes.

use super::open::{self, Folder, LARGEST, Unreadable};
use super::rows_file::{self, Format, RowsKey};
use super::{Diagnostic, Key, Node, Problems, Span, Table, Value, wildcard};
use crate::error::{Error, ErrorKind, Result};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// The most that all files of one schema hold together.
const LARGEST_TOGETHER: u64 = 64 << 20;

/// What stands before the name of each file where several are kept in one text.
const PART: &str = "# --- pgreconcile keeps: ";

/// The same for a file of rows.
const ROWS_PART: &str = "# --- pgreconcile keeps the rows: ";

/// Every file read, with its text, so that spans can be shown.
#[derive(Debug, Default, Clone)]
pub struct Files {
    list: Vec<File>,
}

#[derive(Debug, Clone)]
struct File {
    name: String,
    text: String,
}

impl Files {
    /// The name of the file the person named.
    pub fn root_name(&self) -> &str {
        self.list.first().map_or("schema.toml", |file| &file.name)
    }

    /// The SHA-256 of all files, names and texts, as hex: the version of the desired model.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        for file in &self.list {
            hasher.update(file.name.len().to_le_bytes());
            hasher.update(&file.name);
            hasher.update(file.text.len().to_le_bytes());
            hasher.update(&file.text);
        }
        hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// All texts joined, each under a line with its name: what the history keeps. [`reload`] reads it again.
    pub fn text(&self) -> String {
        match self.list.as_slice() {
            [only] => only.text.clone(),
            many => many.iter().fold(String::new(), |mut all, file| {
                let is_of_rows = Format::of(&file.name).is_some();
                let part = if is_of_rows { ROWS_PART } else { PART };
                // Blanks at the end of a row are part of its last value.
                let text = if is_of_rows { file.text.trim_end_matches('\n') } else { file.text.trim_end() };
                let _ = writeln!(all, "{part}{}\n{text}", file.name);
                all
            }),
        }
    }

    /// The raw text under `span`.
    pub fn slice(&self, span: Span) -> &str {
        let text = self.list.get(span.file as usize).map_or("", |file| &file.text);
        text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// `file:line:column` of the start of `span`, counting from 1; columns count characters.
    pub fn place(&self, span: Span) -> String {
        let Some(file) = self.list.get(span.file as usize) else { return String::new() };
        let (line, column, _) = locate(&file.text, span.start as usize);
        format!("{}:{line}:{column}", file.name)
    }

    /// The line under `span` with its place above and carets below.
    pub fn excerpt(&self, span: Span) -> String {
        let Some(file) = self.list.get(span.file as usize) else { return String::new() };
        let (line, column, text) = locate(&file.text, span.start as usize);
        let in_line = text.chars().count().saturating_sub(column - 1).max(1);
        let wanted = file.text.get(span.start as usize..span.end as usize).unwrap_or("");
        let carets = wanted.lines().next().map_or(1, |first| first.chars().count()).clamp(1, in_line);
        let gutter = " ".repeat(line.to_string().len());
        let shown = text.replace('\t', " ");
        format!(
            "{gutter}--> {}:{line}:{column}\n{gutter} |\n{line} | {shown}\n{gutter} | {}{}",
            file.name,
            " ".repeat(column - 1),
            "^".repeat(carets)
        )
    }

    /// The place inside `span` where byte `offset` of the decoded string `decoded` stands; the whole span if the
    /// string was written with escapes, so that the two do not run in step.
    pub fn inside(&self, span: Span, decoded: &str, offset: usize) -> Span {
        match self.slice(span).find(decoded) {
            Some(start) if !decoded.is_empty() => {
                // The server may mean a place in what it was sent instead of the text itself.
                let before = (0..=offset.min(decoded.len())).rev();
                let offset = before.into_iter().find(|at| decoded.is_char_boundary(*at)).unwrap_or_default();
                let at = span.start + (start + offset) as u32;
                let rest = &decoded[offset..];
                let first = rest.chars().next().map_or(1, char::len_utf8);
                let word =
                    rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()).max(first);
                Span { file: span.file, start: at.min(span.end), end: (at + word as u32).min(span.end) }
            }
            _ => span,
        }
    }

    fn add(&mut self, name: String, text: String) -> usize {
        self.list.push(File { name, text });
        self.list.len() - 1
    }

    /// The number of the file at `path`.
    fn find(&self, path: &Path) -> Option<usize> {
        let name = path.display().to_string();
        self.list.iter().position(|file| file.name == name)
    }

    fn rows(&self, number: usize, format: Format, problems: &mut Problems) -> Vec<Node> {
        format.read(number, &self.list[number].text, problems)
    }
}

fn locate(text: &str, offset: usize) -> (usize, usize, &str) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |at| offset + at);
    let line = text[..start].matches('\n').count() + 1;
    (line, text[start..offset].chars().count() + 1, text[start..end].trim_end_matches('\r'))
}

/// Reads `path` (a file, or a directory with a `schema.toml` or only `*.toml` files) and everything it includes,
/// merged into one table. The keys of `rows` stand for what is in the files that they name.
///
/// # Errors
/// `InvalidSpec` if a file cannot be read, is not TOML, is included twice, leaves the root's folder, or if two
/// files say the same thing differently.
pub fn load(path: &Path, rows: &[RowsKey]) -> Result<(Files, Table)> {
    let mut files = Files::default();
    let mut problems = Problems::default();
    let mut root = Table::default();
    let mut disk = Disk::beside(path, rows)?;
    let roots = roots(path)?;
    for file in &roots {
        let table = parse_file(file, None, &mut disk, &mut files, &mut problems)?;
        merge(&mut root, table, &mut problems);
    }
    include(&roots, &mut root, &mut disk, &mut files, &mut problems)?;
    problems.into_result(ErrorKind::InvalidSpec, &files)?;
    Ok((files, root))
}

/// Where files are read from, and how much more of them.
struct Disk<'k> {
    /// The folder as it was named.
    named: PathBuf,
    folder: Folder,
    left: u64,
    /// The keys that name files of rows.
    rows: &'k [RowsKey],
}

impl<'k> Disk<'k> {
    fn beside(path: &Path, rows: &'k [RowsKey]) -> Result<Disk<'k>> {
        let named = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
        let folder = Folder::at(or_here(named)).map_err(|why| unreadable(path, &why))?;
        Ok(Disk { named: named.to_path_buf(), folder, left: LARGEST_TOGETHER, rows })
    }

    fn read(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        let name = path.display();
        let bytes = self.folder.read(path, LARGEST).map_err(|why| format!("cannot read `{name}`: {why}"))?;
        match self.left.checked_sub(bytes.len() as u64) {
            Some(left) => self.left = left,
            None => {
                let limit = LARGEST_TOGETHER >> 20;
                return Err(format!("with `{name}`, the files are larger than {limit} MiB together"));
            }
        }
        Ok(bytes)
    }
}

/// A folder as the operating system wants it named.
fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

fn unreadable(path: &Path, why: &Unreadable) -> Error {
    Error::new(ErrorKind::InvalidSpec, format!("cannot read `{}`: {why}", path.display()))
        .hint("name the file with `--file PATH` or `PGRECONCILE_FILE`")
}

/// Reads what [`Files::text`] gave, under `name` if it was a single file.
///
/// # Errors
/// As [`load`].
pub fn reload(content: &str, name: &str, rows: &[RowsKey]) -> Result<(Files, Table)> {
    let mut files = Files::default();
    let mut problems = Problems::default();
    let mut root = Table::default();
    let mut tables = Vec::new();
    for (sort, name, text) in parts(content, name) {
        let number = files.add(name, text);
        if sort == PART {
            tables.push(parse_text(number, &files, &mut problems));
        }
    }
    let beside = Path::new(files.root_name()).parent().unwrap_or(Path::new("")).to_path_buf();
    for mut table in tables {
        // What was included then is here already.
        table.remove("include");
        rows_file::fill(&mut table, rows, &mut problems, &mut |path, format, span, problems| match files
            .find(&beside.join(path))
        {
            Some(number) => files.rows(number, format, problems),
            None => {
                problems.add(span, format!("the rows of `{}` were not kept", path.display()));
                Vec::new()
            }
        });
        merge(&mut root, table, &mut problems);
    }
    problems.into_result(ErrorKind::InvalidSpec, &files)?;
    Ok((files, root))
}

/// The files that [`Files::text`] has joined: under which line each stands, its name, its text.
fn parts(content: &str, name: &str) -> Vec<(&'static str, String, String)> {
    let mut parts: Vec<(&'static str, String, String)> = Vec::new();
    for line in content.lines() {
        let begins = [PART, ROWS_PART].iter().find_map(|sort| Some((*sort, line.strip_prefix(sort)?)));
        if let Some((sort, name)) = begins {
            parts.push((sort, name.to_string(), String::new()));
            continue;
        }
        if parts.is_empty() {
            parts.push((PART, name.to_string(), String::new()));
        }
        if let Some((_, _, text)) = parts.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    parts
}

fn roots(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let main = path.join("schema.toml");
    if main.symlink_metadata().is_ok() {
        return Ok(vec![main]);
    }
    let all = toml_files(path)?;
    if all.is_empty() {
        return Err(Error::new(ErrorKind::InvalidSpec, format!("no `.toml` file in `{}`", path.display()))
            .hint("put a `schema.toml` there, or name another with `--file`"));
    }
    Ok(all)
}

fn toml_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = |error: std::io::Error| {
        Error::new(
            ErrorKind::InvalidSpec,
            format!("cannot read folder `{}`: {}", folder.display(), open::plain(&error)),
        )
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(or_here(folder)).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let path = folder.join(&name);
        // An editor's mark that it has a file open is a link to nowhere.
        let is_mark = name.to_string_lossy().starts_with(".#");
        // What is no file, or a link to none, is told when it is read: nothing is left out in silence.
        if path.extension().is_some_and(|extension| extension == "toml") && !path.is_dir() && !is_mark {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn parse_file(
    path: &Path,
    from: Option<Span>,
    disk: &mut Disk<'_>,
    files: &mut Files,
    problems: &mut Problems,
) -> Result<Table> {
    let bytes = match disk.read(path) {
        Ok(bytes) => bytes,
        Err(message) => {
            let Some(span) = from else {
                return Err(Error::new(ErrorKind::InvalidSpec, message)
                    .hint("name the file itself with `--file PATH` or `PGRECONCILE_FILE`"));
            };
            problems.add(span, message);
            return Ok(Table::default());
        }
    };
    let Some(number) = add_text(path, bytes, files, problems) else { return Ok(Table::default()) };
    let mut table = parse_text(number, files, problems);
    rows_file::fill(&mut table, disk.rows, problems, &mut |path, format, span, problems| {
        rows(path, format, span, disk, files, problems)
    });
    Ok(table)
}

/// The rows in the file at `path`, beside the schema file, which says so at `span`.
fn rows(
    path: &Path,
    format: Format,
    span: Span,
    disk: &mut Disk<'_>,
    files: &mut Files,
    problems: &mut Problems,
) -> Vec<Node> {
    if leaves(path) {
        let message = format!("`{}` leaves the folder of the schema file", path.display());
        problems.add_with_hint(span, message, "keep files of rows beside or below it");
        return Vec::new();
    }
    let path = disk.named.join(path);
    let name = path.display().to_string();
    let number = files.find(&path).or_else(|| match disk.read(&path) {
        Ok(bytes) => add_text(&path, bytes, files, problems),
        Err(message) => {
            problems.add(span, message);
            None
        }
    });
    let Some(number) = number else { return Vec::new() };
    if files.list[number].text.lines().any(|line| line.starts_with(PART) || line.starts_with(ROWS_PART)) {
        problems.add(
            span,
            format!("in `{name}`, a line begins with `{}`, as only the history has it", PART.trim()),
        );
        return Vec::new();
    }
    files.rows(number, format, problems)
}

fn add_text(path: &Path, bytes: Vec<u8>, files: &mut Files, problems: &mut Problems) -> Option<usize> {
    let name = path.display().to_string();
    match String::from_utf8(bytes) {
        // TOML leaves the ends of lines to the reader; a function is not another one where the file was checked out on Windows.
        Ok(text) => Some(files.add(name, text.replace("\r\n", "\n"))),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let message = format!("`{name}` is not UTF-8");
            let number = files.add(name, String::from_utf8_lossy(error.as_bytes()).into_owned());
            problems.add_with_hint(Span::new(number, at..at), message, "save the file as UTF-8");
            None
        }
    }
}

fn parse_text(number: usize, files: &Files, problems: &mut Problems) -> Table {
    let text = &files.list[number].text;
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        let mut message = error.message().trim().replace('\n', ", ");
        if message == "duplicate key" {
            message = format!("`{}` is given twice", text.get(range.clone()).unwrap_or_default());
        }
        problems.push(Diagnostic { message, span: Some(Span::new(number, range)), hint: None, first: None });
    }
    Table::from_toml(number, table.get_ref())
}

fn include(
    roots: &[PathBuf],
    root: &mut Table,
    disk: &mut Disk<'_>,
    files: &mut Files,
    problems: &mut Problems,
) -> Result<()> {
    let Some((_, list)) = root.remove("include") else { return Ok(()) };
    let Value::Array(patterns) = list.value else {
        problems.add(list.span, format!("`include` wants an array of paths, not {}", list.sort()));
        return Ok(());
    };
    for pattern in patterns {
        let Some(text) = pattern.as_str() else {
            problems.add(pattern.span, format!("`include` wants paths, not {}", pattern.sort()));
            continue;
        };
        for file in matching(disk, text, pattern.span, roots, problems)? {
            let mut table = parse_file(&file, Some(pattern.span), disk, files, problems)?;
            if let Some((key, _)) = table.remove("include") {
                problems.add(key.span, "an included file cannot include others");
            }
            merge(root, table, problems);
        }
    }
    Ok(())
}

/// The files that an `include` pattern names. `*` stands for any run of characters in the last part of the path; it does
/// not mean the files themselves that say it.
fn matching(
    disk: &Disk<'_>,
    pattern: &str,
    span: Span,
    roots: &[PathBuf],
    problems: &mut Problems,
) -> Result<Vec<PathBuf>> {
    let relative = Path::new(pattern);
    if leaves(relative) {
        problems.add_with_hint(
            span,
            format!("`{pattern}` leaves the folder of the file that includes it"),
            "keep included files beside or below it",
        );
        return Ok(Vec::new());
    }
    let full = disk.named.join(relative);
    let (Some(parent), Some(last)) = (full.parent(), full.file_name().and_then(|name| name.to_str())) else {
        problems.add(span, format!("`{pattern}` names no file"));
        return Ok(Vec::new());
    };
    if !last.contains('*') {
        return Ok(vec![full]);
    }
    if or_here(parent).is_dir() && !disk.folder.holds(or_here(parent)) {
        problems.add(span, format!("cannot read `{pattern}`: {}", Unreadable::Outside));
        return Ok(Vec::new());
    }
    let candidates = if or_here(parent).is_dir() { toml_files(parent)? } else { Vec::new() };
    let fits = |path: &PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| wildcard(last, name))
    };
    let found: Vec<PathBuf> =
        candidates.into_iter().filter(|path| fits(path) && !roots.contains(path)).collect();
    if found.is_empty() {
        problems.add(span, format!("no file matches `{pattern}`"));
    }
    Ok(found)
}

fn leaves(path: &Path) -> bool {
    path.is_absolute() || path.components().any(|part| part.as_os_str() == "..")
}

/// Adds what `from` says to `into`. Tables are joined, lists of tables appended; anything said twice is a problem.
fn merge(into: &mut Table, from: Table, problems: &mut Problems) {
    let names = into.entries.iter().enumerate().map(|(at, (key, _))| (key.name.clone(), at));
    let places: HashMap<String, usize> = names.collect();
    for (key, node) in from.entries {
        let Some((_, there)) = places.get(&key.name).and_then(|at| into.entries.get_mut(*at)) else {
            into.entries.push((key, node));
            continue;
        };
        match (&mut there.value, node.value) {
            (Value::Table(one), Value::Table(two)) => merge(one, two, problems),
            (Value::Array(one), Value::Array(two))
                if one.iter().chain(&two).all(|item| item.as_table().is_some()) =>
            {
                one.extend(two);
            }
            _ => duplicate(&key, problems),
        }
    }
}

fn duplicate(key: &Key, problems: &mut Problems) {
    problems.add(key.span, format!("`{}` is already given in another file", key.name));
}

impl Node {
    /// A node for `value` at the place of something that stands in a file: how short forms become long ones.
    pub fn at(span: Span, value: Value) -> Node {
        Node { value, span }
    }
}

#[cfg(test)]
mod tests {
    use super::{Files, Span};

    #[test]
    fn a_place_in_the_middle_of_a_character_is_its_beginning() {
        let mut files = Files::default();
        files.add("schema.toml".into(), "a = \"名前 x\"".into());
        let span = Span { file: 0, start: 4, end: 14 };
        let place = |offset| {
            let found = files.inside(span, "名前 x", offset);
            (found.start, found.end, files.place(found))
        };
        assert_eq!(place(1), (5, 11, "schema.toml:1:6".into()));
        assert_eq!(place(4), (8, 11, "schema.toml:1:7".into()));
        assert_eq!(place(7), (12, 13, "schema.toml:1:9".into()));
        assert_eq!(place(99), (13, 14, "schema.toml:1:10".into()));
    }
}
