//! Opening files that others have named. What is opened is a regular file of a size that can be meant; nothing blocks,
//! and where the name comes from a file, it is inside the folder of that file, whatever links say. All of that is known
//! of the handle that is read, not of a path that may be another file a moment later.

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The largest file that is read.
pub const LARGEST: u64 = 16 << 20;

/// How often a path is resolved anew that changed meanwhile: Kubernetes replaces the links of a volume all at once.
const ATTEMPTS: u32 = 3;

/// Neither waits for the other end of a pipe, nor makes a terminal ours, nor is inherited by a child.
const CAREFULLY: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// A folder on the way, of which nothing is read.
#[cfg(target_os = "linux")]
const ON_THE_WAY: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC).union(OFlags::PATH);
#[cfg(not(target_os = "linux"))]
const ON_THE_WAY: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

/// Why a file is not read.
#[derive(Debug)]
pub enum Unreadable {
    /// The operating system says so.
    System(std::io::Error),
    /// A link, or a folder that is one, leads out of the folder.
    Outside,
    /// It is something else than a regular file: what.
    Other(&'static str),
    /// It is larger than this.
    TooLarge(u64),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::System(error) => f.write_str(&plain(error)),
            Unreadable::Outside => f.write_str("a link leads out of the folder of the schema file"),
            Unreadable::Other(what) => write!(f, "it is {what}, not a regular file"),
            Unreadable::TooLarge(limit) => write!(f, "it is larger than {} MiB", limit >> 20),
        }
    }
}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        Unreadable::System(error)
    }
}

impl From<Errno> for Unreadable {
    fn from(error: Errno) -> Self {
        Unreadable::System(error.into())
    }
}

/// The reason alone, without "(os error 2)".
pub fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// Who owns a file that was opened, and who may read it.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// The permission bits.
    pub mode: u32,
    /// The user that owns it.
    pub owner: u32,
}

/// Reads a file that the person at the command line or the environment names; links may lead anywhere.
///
/// # Errors
/// See [`Unreadable`].
pub fn read_named(path: &Path) -> Result<(Vec<u8>, Access), Unreadable> {
    read_regular(CWD, path, OFlags::empty(), LARGEST)
}

/// A folder that what is read stays inside of.
pub struct Folder {
    path: PathBuf,
    handle: OwnedFd,
}

impl Folder {
    /// The folder at `path`.
    ///
    /// # Errors
    /// Where there is none.
    pub fn at(path: &Path) -> Result<Folder, Unreadable> {
        let path = path.canonicalize()?;
        let handle = rustix::fs::open(&path, ON_THE_WAY, Mode::empty())?;
        Ok(Folder { path, handle })
    }

    /// Whether `path`, which is not relative to the folder, is inside of it, whatever links are on the way.
    pub fn holds(&self, path: &Path) -> bool {
        path.canonicalize().is_ok_and(|real| real.starts_with(&self.path))
    }

    /// Reads the file at `path`, which is not relative to the folder, if it is inside.
    ///
    /// # Errors
    /// See [`Unreadable`].
    pub fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, Unreadable> {
        let mut attempt = 1;
        loop {
            match self.read_once(path, limit) {
                Err(Unreadable::System(error)) if attempt < ATTEMPTS && is_passing(&error) => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    fn read_once(&self, path: &Path, limit: u64) -> Result<Vec<u8>, Unreadable> {
        let real = path.canonicalize()?;
        let inside = real.strip_prefix(&self.path).map_err(|_| Unreadable::Outside)?;
        let Some(name) = inside.file_name() else { return Err(Unreadable::Other("a folder")) };
        let mut folder = self.handle.try_clone()?;
        for part in inside.parent().into_iter().flat_map(Path::components) {
            // The path was without links when it was resolved, so one that is met was put there since.
            folder = rustix::fs::openat(
                &folder,
                part.as_os_str(),
                ON_THE_WAY.union(OFlags::NOFOLLOW),
                Mode::empty(),
            )?;
        }
        let (bytes, _) = read_regular(&folder, Path::new(name), OFlags::NOFOLLOW, limit)?;
        Ok(bytes)
    }
}

/// Whether resolving the path once more may help: something on it was taken away, or became a link.
fn is_passing(error: &std::io::Error) -> bool {
    let errors = [Errno::NOENT, Errno::LOOP, Errno::NOTDIR];
    error.raw_os_error().is_some_and(|code| errors.iter().any(|errno| errno.raw_os_error() == code))
}

fn read_regular(
    folder: impl AsFd,
    name: &Path,
    follow: OFlags,
    limit: u64,
) -> Result<(Vec<u8>, Access), Unreadable> {
    let links = if follow.contains(OFlags::NOFOLLOW) { AtFlags::SYMLINK_NOFOLLOW } else { AtFlags::empty() };
    // To open a device may be to start it.
    must_be_regular(&rustix::fs::statat(&folder, name, links)?)?;
    let handle = rustix::fs::openat(&folder, name, CAREFULLY.union(follow), Mode::empty())?;
    let found = rustix::fs::fstat(&handle)?;
    must_be_regular(&found)?;
    must_be_on_disk(&handle)?;
    let mut bytes = Vec::new();
    File::from(handle).take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(Unreadable::TooLarge(limit));
    }
    Ok((bytes, Access { mode: found.st_mode & 0o7777, owner: found.st_uid }))
}

fn must_be_regular(found: &Stat) -> Result<(), Unreadable> {
    Err(Unreadable::Other(match FileType::from_raw_mode(found.st_mode) {
        FileType::RegularFile => return Ok(()),
        FileType::Directory => "a folder",
        FileType::Fifo => "a named pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        // One that took the place of the file since the path was resolved.
        FileType::Symlink => return Err(Errno::LOOP.into()),
        FileType::Unknown => "something unknown",
    }))
}

/// What the kernel makes up says that it is regular too: `/proc/self/environ`.
#[cfg(target_os = "linux")]
fn must_be_on_disk(handle: &OwnedFd) -> Result<(), Unreadable> {
    const SYSFS_MAGIC: u64 = 0x6265_6572;
    let sort = rustix::fs::fstatfs(handle)?.f_type as u64;
    match sort == rustix::fs::PROC_SUPER_MAGIC as u64 || sort == SYSFS_MAGIC {
        true => Err(Unreadable::Other("made up by the kernel")),
        false => Ok(()),
    }
}

#[cfg(not(target_os = "linux"))]
fn must_be_on_disk(_: &OwnedFd) -> Result<(), Unreadable> {
    Ok(())
}
