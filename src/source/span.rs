/// A range of bytes in one file of a [`super::Files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Index of the file in its [`super::Files`].
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The place of what nobody wrote.
    pub const NOWHERE: Span = Span { file: 0, start: 0, end: 0 };

    /// The span `start..end` in file number `file`.
    pub fn new(file: usize, range: std::ops::Range<usize>) -> Span {
        Span { file: file as u32, start: range.start as u32, end: range.end as u32 }
    }
}
