//! A throw-away PostgreSQL cluster that cannot outlive this process.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU16, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use postgres::{Client, NoTls};

use super::{account, database::Database, install::Install, signal};

/// Holds its breath until this process is gone, then takes the cluster with it.
const WATCHDOG: &str = r#"
trap '' INT HUP TERM
cat >/dev/null
"$1/pg_ctl" -D "$2/data" -m immediate stop
rm -rf "$2"
"#;

/// Durability off, everything a test could want to see on.
const CONFIG: &str = "
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
listen_addresses = '127.0.0.1'
max_connections = 200
shared_buffers = '64MB'
min_wal_size = '32MB'
wal_level = logical
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_statement = 'mod'
log_line_prefix = '%m [%p] db=%d,user=%u,app=%a '
";

/// Passwords mean something for everyone but the superuser, unless one comes through the socket.
const HBA: &str = "
local all         all                    trust
local replication all                    trust
host  all         postgres 127.0.0.1/32  trust
host  all         all      127.0.0.1/32  scram-sha-256
";

const PATIENCE: Duration = Duration::from_secs(60);

/// Where clusters live: in memory where there is plenty, which takes a sixth less time.
fn home() -> &'static Path {
    static HOME: OnceLock<PathBuf> = OnceLock::new();
    const PLENTY: u64 = 8 << 20;
    let in_memory = Path::new("/dev/shm");
    let kilobytes = |text: &str| text.split_whitespace().find_map(|word| word.parse::<u64>().ok());
    let is_roomy = || {
        let df = Command::new("df").args(["-k", "--output=avail"]).arg(in_memory).output().ok()?;
        let meminfo = fs::read_to_string("/proc/meminfo").ok()?;
        let available = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        Some(kilobytes(&String::from_utf8_lossy(&df.stdout))? > PLENTY && kilobytes(available)? > PLENTY)
    };
    HOME.get_or_init(|| if is_roomy() == Some(true) { in_memory.to_owned() } else { std::env::temp_dir() })
}

/// How a dedicated cluster differs from the shared ones.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Lines for `postgresql.conf`, after the harness's own.
    pub config: Vec<String>,
    /// All of `pg_hba.conf`, instead of the harness's own.
    pub hba: Option<String>,
    /// Initialised and configured, but not started yet.
    pub stopped: bool,
}

impl Options {
    /// One more line of `postgresql.conf`.
    pub fn config(mut self, line: &str) -> Self {
        self.config.push(line.to_owned());
        self
    }

    /// Replaces `pg_hba.conf`.
    pub fn hba(mut self, text: &str) -> Self {
        self.hba = Some(text.to_owned());
        self
    }

    /// Leaves the first start to the test.
    pub fn stopped(mut self) -> Self {
        self.stopped = true;
        self
    }
}

/// One data directory with one server on it: at 127.0.0.1 and at a socket in its own directory.
pub struct Cluster {
    install: Install,
    directory: PathBuf,
    port: AtomicU16,
    watchdog: Child,
}

impl Cluster {
    /// Initialises, configures and starts a cluster.
    pub(super) fn new(install: &Install, options: &Options) -> Self {
        let cluster = Self::empty(install);
        let mut initdb = account::command(install.program("initdb"));
        let locale = if cfg!(target_os = "linux") { "--locale=C.UTF-8" } else { "--locale=C" };
        initdb.args(["--username=postgres", "--encoding=UTF8", "--no-sync", "--auth=trust", locale, "-D"]);
        succeed(initdb.arg(cluster.data()));
        cluster.put("pg_hba.conf", options.hba.as_deref().unwrap_or(HBA));
        cluster.append_config(CONFIG);
        cluster.append_config(&format!("unix_socket_directories = '{}'", cluster.directory.display()));
        cluster.append_config(&options.config.join("\n"));
        if !options.stopped {
            cluster.start();
        }
        cluster
    }

    /// A directory, a port and a watchdog; no data yet.
    fn empty(install: &Install) -> Self {
        // Short: a socket's path has room for a hundred bytes only.
        let directory = tempfile::Builder::new().prefix("pgr-").tempdir_in(home());
        let directory = directory.expect("a temporary directory").keep();
        account::give(&directory).expect("the cluster's directory can be given away");
        let watchdog = account::command("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .args([&install.bin, &directory])
            // Ctrl-C and `cargo test | head` must not reach it, nor may it hold their pipes.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`sh` starts");
        Self { install: install.clone(), directory, port: AtomicU16::new(free_port()), watchdog }
    }

    /// The major version.
    pub fn major(&self) -> u32 {
        self.install.major
    }

    /// The installation it runs on.
    pub(super) fn install(&self) -> &Install {
        &self.install
    }

    /// The TCP port at 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port.load(Ordering::Relaxed)
    }

    /// The directory of its socket, as libpq's `host` wants it.
    pub fn socket(&self) -> &Path {
        &self.directory
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// The address of one of its databases, as the superuser, over TCP.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port())
    }

    /// A superuser's connection to one of its databases, through the socket.
    pub fn connect(&self, database: &str) -> Client {
        connect(self.socket(), self.port(), database)
            .unwrap_or_else(|error| panic!("cannot connect to `{database}`: {error:?}\n{}", self.log()))
    }

    /// A fresh database, dropped with the value.
    pub fn database(&self) -> Database {
        Database::create(self, "template0")
    }

    /// The same as a copy of another database, to which nobody may be connected.
    pub fn copy_of(&self, template: &Database) -> Database {
        Database::create(self, template.name())
    }

    /// Starts the server and waits until it takes connections.
    #[track_caller]
    pub fn start(&self) {
        let begun = Instant::now();
        loop {
            let output = self.try_start();
            if output.status.success() {
                return;
            }
            // After a kill, the dead server's children may still hold its memory for a moment.
            assert!(
                begun.elapsed() < PATIENCE && !self.has_bad_config(),
                "PostgreSQL {} does not start\n{}{}",
                self.major(),
                text(&output),
                self.log()
            );
            if self.log().contains("Address already in use") {
                self.port.store(free_port(), Ordering::Relaxed);
            }
            sleep(Duration::from_millis(200));
        }
    }

    fn try_start(&self) -> Output {
        let port = format!("-p {}", self.port());
        self.pg_ctl(&["start", "-w", "-t", "60", "-o", &port])
    }

    fn has_bad_config(&self) -> bool {
        self.log().contains("FATAL:  configuration file")
    }

    /// Stops the server: `fast` and in good order.
    #[track_caller]
    pub fn stop(&self) {
        let output = self.pg_ctl(&["stop", "-w", "-m", "fast"]);
        assert!(output.status.success(), "PostgreSQL {} does not stop\n{}", self.major(), text(&output));
    }

    /// Stops the server as it stands, as a crash would.
    #[track_caller]
    pub fn stop_at_once(&self) {
        let output = self.pg_ctl(&["stop", "-w", "-m", "immediate"]);
        assert!(output.status.success(), "PostgreSQL {} does not stop\n{}", self.major(), text(&output));
    }

    /// Stops and starts; the port stays.
    #[track_caller]
    pub fn restart(&self) {
        self.stop();
        self.start();
    }

    /// Makes the server read its configuration again.
    #[track_caller]
    pub fn reload(&self) {
        let output = self.pg_ctl(&["reload"]);
        assert!(output.status.success(), "PostgreSQL {} does not reload\n{}", self.major(), text(&output));
    }

    /// Kills the postmaster with SIGKILL, as a power cut would, and returns once it is gone.
    #[track_caller]
    pub fn kill(&self) {
        let pid = self.pid().expect("the server is running");
        signal("KILL", pid);
        let begun = Instant::now();
        // Its process may stay as a zombie, where nothing reaps orphans; its port does not.
        while TcpStream::connect(("127.0.0.1", self.port())).is_ok() {
            assert!(begun.elapsed() < PATIENCE, "the postmaster {pid} survived SIGKILL");
            sleep(Duration::from_millis(5));
        }
    }

    /// The postmaster's process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        fs::read_to_string(self.data().join("postmaster.pid")).ok()?.lines().next()?.parse().ok()
    }

    /// The server's log so far.
    pub fn log(&self) -> String {
        fs::read(self.directory.join("log"))
            .map_or_else(|_| String::new(), |b| String::from_utf8_lossy(&b).into())
    }

    /// Adds to `postgresql.conf`; in force after [`Cluster::reload`] or [`Cluster::restart`].
    pub fn append_config(&self, lines: &str) {
        let config =
            fs::read_to_string(self.data().join("postgresql.conf")).expect("`postgresql.conf` is readable");
        self.put("postgresql.conf", &format!("{config}\n{lines}\n"));
    }

    /// Writes a file of the data directory, such as `pg_hba.conf` or `server.key`.
    pub fn put(&self, name: &str, contents: &str) {
        let path = self.data().join(name);
        let written = fs::write(&path, contents)
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o600)))
            .and_then(|()| account::give(&path));
        written.unwrap_or_else(|error| panic!("cannot write `{}`: {error}", path.display()));
    }

    /// A streaming standby of this cluster, which is stopped for as long as the copy takes.
    #[track_caller]
    pub fn standby(&self) -> Self {
        let standby = Self::empty(&self.install);
        self.stop();
        succeed(account::command("cp").arg("-a").args([self.data(), standby.data()]));
        self.start();
        standby.put("standby.signal", "");
        standby.append_config(&format!("unix_socket_directories = '{}'", standby.directory.display()));
        standby.append_config(&format!(
            "primary_conninfo = 'host={} port={} user=postgres'",
            self.directory.display(),
            self.port()
        ));
        standby.start();
        standby
    }

    /// Makes a standby the primary.
    #[track_caller]
    pub fn promote(&self) {
        let output = self.pg_ctl(&["promote", "-w"]);
        assert!(output.status.success(), "PostgreSQL {} is not promoted\n{}", self.major(), text(&output));
    }

    fn pg_ctl(&self, args: &[&str]) -> Output {
        let mut command = account::command(self.install.program("pg_ctl"));
        command.arg("-D").arg(self.data()).arg("-l").arg(self.directory.join("log")).args(args);
        // Not captured: the server would hold the pipe and the wait would never end.
        let transcript = self.directory.join("pg_ctl");
        let stream = fs::File::create(&transcript).expect("a transcript of pg_ctl");
        let again = stream.try_clone().expect("a second handle");
        let status = command
            .stdin(Stdio::null())
            .stdout(stream)
            .stderr(again)
            .status()
            .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
        Output { status, stdout: fs::read(transcript).unwrap_or_default(), stderr: Vec::new() }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// A superuser's connection through a socket.
pub(super) fn connect(socket: &Path, port: u16, database: &str) -> Result<Client, postgres::Error> {
    let mut config = postgres::Config::new();
    config.host_path(socket).port(port).user("postgres").dbname(database).application_name("harness");
    config.connect(NoTls)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// Runs a command that must succeed.
#[track_caller]
fn succeed(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(output.status.success(), "{command:?} failed with {}\n{}", output.status, text(&output));
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
