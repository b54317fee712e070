//! Encryption and trust, for every `sslmode`.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::PathBuf,
    process::Command,
};

use pgreconcile::{Error, ErrorKind, pg, sql::Own};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};

use crate::{
    connection::{refusal, settings},
    support::{self, Cluster, Options, TempDir},
};

const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

pub type Authority = CertifiedIssuer<'static, KeyPair>;

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

pub fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, key()).expect("a certificate")
}

/// A certificate and its key, both PEM.
pub struct Pair {
    certificate: String,
    key: String,
}

impl Pair {
    pub fn new(authority: &Authority, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Self {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).expect("parameters");
        change(&mut params);
        let key = key();
        let certificate = params.signed_by(&key, authority).expect("a certificate");
        Pair { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    pub fn serve_on(&self, cluster: &Cluster) {
        cluster.put("server.crt", &self.certificate);
        cluster.put("server.key", &self.key);
        cluster.append_config("ssl = on");
        if cluster.pid().is_some() { cluster.restart() } else { cluster.start() }
    }
}

/// Files that settings name.
pub struct Files(TempDir);

impl Files {
    pub fn new() -> Self {
        Files(TempDir::new().expect("a directory"))
    }

    fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("written");
        path
    }

    /// A private key, which is nobody else's.
    fn put_key(&self, name: &str, text: &str) -> PathBuf {
        let path = self.put(name, text);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
        path
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn root(&self, authority: &Authority) -> String {
        format!("sslrootcert={}", self.put("root.crt", &authority.pem()).display())
    }
}

/// How a connection turned out: encrypted or plain, or why there is none.
fn outcome(cluster: &Cluster, rest: &str) -> Result<bool, Error> {
    let dsn = format!("hostaddr=127.0.0.1 port={} user=postgres dbname=postgres {rest}", cluster.port());
    let mut client = pg::connect(&settings(&dsn, &[])).map_err(Error::from)?;
    let question = Own::new("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
    let reply = client.send(pg::Message::Own(question)).expect("an answer");
    Ok(reply.tables[0].rows[0].at(0) == Some("t"))
}

#[track_caller]
fn assert_modes(cluster: &Cluster, rest: &str, expected: [Result<bool, &str>; 6]) {
    for (mode, expected) in MODES.iter().zip(expected) {
        match (outcome(cluster, &format!("{rest} sslmode={mode}")), expected) {
            (Ok(encrypted), Ok(wanted)) => assert_eq!(encrypted, wanted, "{mode}"),
            (Err(error), Err(text)) => {
                assert!(error.message.contains(text), "{mode}: {error}");
                assert_eq!(error.kind, ErrorKind::Failed);
                assert!(error.hint.is_some(), "{mode}: {error}");
            }
            (result, _) => panic!("{mode}: expected {expected:?}, got {result:?}"),
        }
    }
}

const PLAIN: Result<bool, &str> = Ok(false);
const ENCRYPTED: Result<bool, &str> = Ok(true);

#[test]
fn each_mode_verifies_what_libpq_does() {
    for server in support::servers() {
        let cluster = server.dedicated(&Options::default());
        let no_tls = Err("does not support TLS");
        assert_modes(&cluster, "host=db.test", [PLAIN, PLAIN, PLAIN, no_tls, no_tls, no_tls]);

        let (right, wrong) = (authority("right"), authority("wrong"));
        let files = Files::new();
        let trusted = format!("host=db.test {}", files.root(&right));
        Pair::new(&right, &["db.test"], |_| ()).serve_on(&cluster);
        assert_modes(&cluster, &trusted, [PLAIN, PLAIN, ENCRYPTED, ENCRYPTED, ENCRYPTED, ENCRYPTED]);

        let other_name = trusted.replace("db.test", "other.test");
        let name = Err("is for another name: `db.test`");
        assert_modes(&cluster, &other_name, [PLAIN, PLAIN, ENCRYPTED, ENCRYPTED, ENCRYPTED, name]);

        let unknown = Err("is signed by an authority that is not trusted");
        let untrusted = format!("host=db.test {}", files.root(&wrong));
        assert_modes(&cluster, &untrusted, [PLAIN, PLAIN, ENCRYPTED, unknown, unknown, unknown]);
        // Without a file, `require` verifies nothing and the others trust the system's authorities.
        if has_system_roots() {
            assert_modes(&cluster, "host=db.test", [PLAIN, PLAIN, ENCRYPTED, ENCRYPTED, unknown, unknown]);
        }

        let trusted = format!("host=db.test {}", files.root(&right));
        Pair::new(&right, &["db.test"], |params| params.not_after = date_time_ymd(2020, 1, 1))
            .serve_on(&cluster);
        let expired = Err("has expired");
        assert_modes(&cluster, &trusted, [PLAIN, PLAIN, ENCRYPTED, expired, expired, expired]);
    }
}

fn has_system_roots() -> bool {
    !rustls_native_certs::load_native_certs().certs.is_empty()
}

#[test]
fn an_address_is_a_name_too() {
    let cluster = support::server().dedicated(&Options::default().stopped());
    let right = authority("right");
    let files = Files::new();
    Pair::new(&right, &["127.0.0.1"], |_| ()).serve_on(&cluster);
    assert!(outcome(&cluster, &format!("sslmode=verify-full {}", files.root(&right))).is_ok_and(|tls| tls));
}

#[test]
fn a_self_signed_certificate_vouches_for_itself() {
    let cluster = support::server().dedicated(&Options::default().stopped());
    let key = key();
    let mut params = CertificateParams::new(vec!["db.test".to_owned()]).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).expect("a certificate").pem();
    let files = Files::new();
    let root = files.put("self.crt", &certificate);
    Pair { certificate, key: key.serialize_pem() }.serve_on(&cluster);
    let rest = format!("sslrootcert={} sslmode=", root.display());
    assert!(outcome(&cluster, &format!("host=db.test {rest}verify-full")).is_ok_and(|tls| tls));
    assert!(outcome(&cluster, &format!("host=other.test {rest}verify-ca")).is_ok_and(|tls| tls));
    assert!(outcome(&cluster, &format!("host=other.test {rest}verify-full")).is_err());
}

/// As the recipe in PostgreSQL's manual makes it: version 1, no subjectAltName.
fn version_1_certificate(authority: &Authority, files: &Files) -> Pair {
    let root = files.put("ca.crt", &authority.pem());
    let root_key = files.put("ca.key", &authority.key().serialize_pem());
    let (key, request, certificate) = (files.path("v1.key"), files.path("v1.csr"), files.path("v1.crt"));
    let openssl = |args: &[&std::ffi::OsStr]| {
        let output = Command::new("openssl").args(args).output().expect("`openssl` starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let words = |line: &str| -> Vec<std::ffi::OsString> { line.split(' ').map(Into::into).collect() };
    let mut line = words("req -new -nodes -subj /CN=db.test -newkey rsa:2048 -keyout");
    line.extend([key.clone().into(), "-out".into(), request.clone().into()]);
    openssl(&line.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    let mut line = words("x509 -req -days 365 -set_serial 7 -in");
    line.extend([request.into(), "-out".into(), certificate.clone().into()]);
    line.extend(["-CA".into(), root.into(), "-CAkey".into(), root_key.into()]);
    openssl(&line.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    let read = |path: &PathBuf| fs::read_to_string(path).expect("readable");
    Pair { certificate: read(&certificate), key: read(&key) }
}

#[test]
fn a_version_1_certificate_encrypts_but_cannot_be_verified() {
    let cluster = support::server().dedicated(&Options::default().stopped());
    let (right, files) = (authority("right"), Files::new());
    let pair = version_1_certificate(&right, &files);
    pair.serve_on(&cluster);
    let unverified = Err("cannot be verified");
    let trusted = format!("host=db.test {}", files.root(&right));
    assert_modes(&cluster, &trusted, [PLAIN, PLAIN, ENCRYPTED, unverified, unverified, unverified]);
    let itself = format!("host=db.test sslrootcert={}", files.put("pinned.crt", &pair.certificate).display());
    assert!(outcome(&cluster, &format!("{itself} sslmode=verify-ca")).is_ok_and(|tls| tls));
}

#[test]
fn access_rules_decide_between_plain_and_encrypted() {
    let right = authority("right");
    let pair = Pair::new(&right, &["db.test"], |_| ());
    let hba = |kind: &str| format!("local all all trust\n{kind} all all 127.0.0.1/32 trust\n");

    let only_tls = support::server().dedicated(&Options::default().hba(&hba("hostssl")).stopped());
    pair.serve_on(&only_tls);
    for (mode, allowed) in MODES.iter().zip([false, true, true, true]) {
        let result = outcome(&only_tls, &format!("host=db.test sslmode={mode}"));
        assert_eq!(result.as_ref().is_ok_and(|tls| *tls), allowed, "{mode}: {result:?}");
    }

    let only_plain = support::server().dedicated(&Options::default().hba(&hba("hostnossl")).stopped());
    pair.serve_on(&only_plain);
    assert!(outcome(&only_plain, "host=db.test sslmode=prefer").is_ok_and(|tls| !tls));
    let error = outcome(&only_plain, "host=db.test sslmode=require").expect_err("refused");
    assert_eq!(error.sqlstate.as_deref(), Some("28000"));
}

#[test]
fn a_client_certificate_logs_in() {
    let hba = "local all all trust\nhostssl all all 127.0.0.1/32 cert\n";
    let cluster = support::server()
        .dedicated(&Options::default().hba(hba).config("ssl_ca_file = 'client-ca.crt'").stopped());
    let (right, clients) = (authority("right"), authority("clients"));
    cluster.put("client-ca.crt", &clients.pem());
    Pair::new(&right, &["db.test"], |_| ()).serve_on(&cluster);
    let files = Files::new();
    let client = Pair::new(&clients, &[], |params| {
        params.distinguished_name.push(rcgen::DnType::CommonName, "postgres");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    });
    let cert = files.put("client.crt", &client.certificate);
    let key = files.put_key("client.key", &client.key);
    let base = format!("host=db.test sslmode=verify-full {}", files.root(&right));
    let with =
        |cert: &PathBuf, key: &PathBuf| format!("{base} sslcert={} sslkey={}", cert.display(), key.display());
    assert!(outcome(&cluster, &with(&cert, &key)).is_ok_and(|tls| tls));

    // Root's may be its group's to read.
    for (mode, is_taken) in
        [(0o600, true), (0o400, true), (0o640, true), (0o660, false), (0o604, false), (0o644, false)]
    {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).expect("mode");
        let is_taken = is_taken && (mode != 0o640 || fs::metadata(&key).expect("it is there").uid() == 0);
        match outcome(&cluster, &with(&cert, &key)) {
            Ok(encrypted) => assert!(encrypted && is_taken, "{mode:o}"),
            Err(error) => {
                assert!(!is_taken && error.kind == ErrorKind::Usage, "{mode:o}: {error}");
                assert!(error.message.contains(&format!("has group or world access (0{mode:o})")), "{error}");
                assert!(error.hint.is_some_and(|hint| hint.starts_with("`chmod 06")));
            }
        }
    }
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("mode");

    let error = outcome(&cluster, &base).expect_err("refused");
    assert!(error.message.contains("certificate"), "{error}");
    let error = outcome(&cluster, &with(&cert, &files.put_key("other.key", &self::key().serialize_pem())))
        .expect_err("refused");
    assert!(error.message.contains("cannot be used together") && error.kind == ErrorKind::Usage, "{error}");
    let stranger = Pair::new(&right, &[], |_| ());
    let cert = files.put("stranger.crt", &stranger.certificate);
    let key = files.put_key("stranger.key", &stranger.key);
    let error = outcome(&cluster, &with(&cert, &key)).expect_err("refused");
    assert!(error.message.contains("UnknownCA") && error.kind == ErrorKind::Failed, "{error}");
}

#[test]
fn tls_may_start_without_asking() {
    let Some(server) = support::servers().iter().find(|server| server.major() >= 17) else { return };
    let cluster = server.dedicated(&Options::default().stopped());
    let (right, files) = (authority("right"), Files::new());
    Pair::new(&right, &["db.test"], |_| ()).serve_on(&cluster);
    let rest = format!("host=db.test sslmode=verify-full sslnegotiation=direct {}", files.root(&right));
    assert!(outcome(&cluster, &rest).is_ok_and(|tls| tls));
}

#[test]
fn unusable_files_are_usage_errors() {
    let files = Files::new();
    let not_pem = files.put("not.pem", "hello");
    let secret =
        files.put_key("broken.key", "-----BEGIN PRIVATE KEY-----\nhunter2!\n-----END PRIVATE KEY-----\n");
    let cert = files.put("good.crt", &authority("any").pem());
    let not_key = files.put_key("not.key", &authority("any").pem());
    for (rest, text) in [
        ("sslrootcert=/no/such/file".to_owned(), "cannot read `/no/such/file`, which `sslrootcert` names"),
        (format!("sslrootcert={}", not_pem.display()), "holds no PEM certificate"),
        (format!("sslcert={0} sslrootcert={0}", cert.display()), "but no `sslkey` is given"),
        (
            format!("sslcert={0} sslrootcert={0} sslkey={1}", cert.display(), secret.display()),
            "is not a valid PEM file",
        ),
        (
            format!("sslcert={0} sslrootcert={0} sslkey={1}", cert.display(), not_key.display()),
            "holds no PEM private key",
        ),
    ] {
        let error = refusal(&settings(&format!("host=h sslmode=verify-full user=u {rest}"), &[]));
        assert!(error.message.contains(text) && error.kind == ErrorKind::Usage, "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
