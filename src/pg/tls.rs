//! TLS by rustls, with the meaning that libpq gives to each `sslmode` ("SSL Support" in its manual).

use std::path::Path;
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls_verify::{Anything, Chain};
use crate::config::{Address, Connection, Roots, SslMode, Tls};
use crate::error::{Error, Result};
use crate::source::open::{self, Access};

/// What a server with direct negotiation insists on.
const ALPN: &[u8] = b"postgresql";

/// Prepares TLS as `connection` wants it; loads the files that it names.
///
/// # Errors
/// Usage errors for files that are missing or do not hold what they should.
pub(super) fn connector(connection: &Connection) -> Result<MakeRustlsConnect> {
    let provider = Arc::new(ring::default_provider());
    let only_sockets = connection.hosts.iter().all(|host| matches!(host.address, Address::Socket(_)));
    let unused = only_sockets || connection.tls.mode == SslMode::Disable;
    let tls = if unused { &Tls { mode: SslMode::Disable, ..Tls::default() } } else { &connection.tls };
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::failed(format!("cannot set up TLS: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(verifier(tls, provider)?);
    let mut config = with_client_certificate(builder, tls)?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(MakeRustlsConnect::new(config))
}

/// What to do when a certificate's authority is not trusted.
pub(super) fn trust_hint(tls: &Tls) -> String {
    match &tls.roots {
        Roots::File(path) => {
            format!("`{}` does not hold the authority that signed it; see `sslrootcert`", path.display())
        }
        Roots::Default | Roots::System => {
            "set `sslrootcert` (or `PGSSLROOTCERT`) to the PEM file of the authority that signed it"
                .to_owned()
        }
    }
}

/// Whether a server shows by its certificate that it is one that is meant.
pub(super) fn verifies(tls: &Tls) -> bool {
    match (tls.mode, &tls.roots) {
        (SslMode::VerifyFull | SslMode::VerifyCa, _) | (SslMode::Require, Roots::File(_)) => true,
        (SslMode::Require, Roots::Default | Roots::System) => false,
        (SslMode::Disable | SslMode::Allow | SslMode::Prefer, _) => false,
    }
}

/// libpq: `require` verifies the chain when there is a root certificate file, for the sake of old programs.
fn verifier(tls: &Tls, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>> {
    if !verifies(tls) {
        return Ok(Arc::new(Anything::new(provider)));
    }
    let check_name = tls.mode == SslMode::VerifyFull;
    let certificates = roots(&tls.roots)?;
    let mut store = RootCertStore::empty();
    let (added, ignored) = store.add_parsable_certificates(certificates.iter().cloned());
    log::debug!("{added} root certificates, {ignored} more that cannot be read");
    if let (0, Roots::File(path)) = (added, &tls.roots) {
        return Err(Error::usage(format!("no certificate in `{}` can be used", path.display()))
            .hint("`sslrootcert` must name a PEM file with X.509 certificates"));
    }
    Ok(Arc::new(Chain::new(store, certificates, check_name, provider)))
}

fn roots(roots: &Roots) -> Result<Vec<CertificateDer<'static>>> {
    if let Roots::File(path) = roots {
        return certificates(path, "sslrootcert");
    }
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        log::debug!("system root certificates: {error}");
    }
    if found.certs.is_empty() {
        return Err(Error::usage("this system has no root certificates")
            .hint("set `sslrootcert` to a PEM file, or install the package `ca-certificates`"));
    }
    Ok(found.certs)
}

fn with_client_certificate(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    tls: &Tls,
) -> Result<ClientConfig> {
    let (cert, key) = match (&tls.cert, &tls.key) {
        (Some(cert), Some(key)) => (cert, key),
        (Some(cert), None) => {
            return Err(Error::usage(format!("`sslcert` is `{}`, but no `sslkey` is given", cert.display()))
                .hint("set `sslkey` (or `PGSSLKEY`) to the private key's PEM file"));
        }
        (None, _) => return Ok(builder.with_no_client_auth()),
    };
    let chain = certificates(cert, "sslcert")?;
    let private_key = private_key(key)?;
    builder.with_client_auth_cert(chain, private_key).map_err(|error| {
        Error::usage(format!("`{}` and `{}` cannot be used together: {error}", cert.display(), key.display()))
            .hint("`sslkey` must be the private key of `sslcert`")
    })
}

/// Permissions as libpq wants them: a key is nobody else's, or root's and of a group that the tool is in.
fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let (bytes, access) = read(path, "sslkey")?;
    let (forbidden, most) = if access.owner == 0 { (0o037, "0640") } else { (0o077, "0600") };
    if access.mode & forbidden != 0 {
        let shown = path.display();
        return Err(Error::usage(format!(
            "the private key `{shown}` has group or world access (0{:o})",
            access.mode
        ))
        .note(format!("what `sslkey` names must have permissions {most} or less"))
        .hint(format!("`chmod {most} {shown}`")));
    }
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| {
        unusable(path, "sslkey", "private key", &error).hint("the key must be PEM and not encrypted")
    })
}

fn certificates(path: &Path, keyword: &str) -> Result<Vec<CertificateDer<'static>>> {
    let (bytes, _) = read(path, keyword)?;
    match CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, pem::Error>>() {
        Ok(certificates) if certificates.is_empty() => {
            Err(unusable(path, keyword, "certificate", &pem::Error::NoItemsFound))
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unusable(path, keyword, "certificate", &error)),
    }
}

fn read(path: &Path, keyword: &str) -> Result<(Vec<u8>, Access)> {
    open::read_named(path).map_err(|why| {
        Error::usage(format!("cannot read `{}`, which `{keyword}` names: {why}", path.display()))
            .hint(format!("`{keyword}` must name a PEM file"))
    })
}

fn unusable(path: &Path, keyword: &str, what: &str, error: &pem::Error) -> Error {
    let path = path.display();
    match error {
        pem::Error::NoItemsFound => {
            Error::usage(format!("`{path}`, which `{keyword}` names, holds no PEM {what}"))
                .hint(format!("`{keyword}` must name a PEM file with `-----BEGIN` lines"))
        }
        // Other errors of the parser repeat what they read, and that may be a private key.
        _ => Error::usage(format!("`{path}`, which `{keyword}` names, is not a valid PEM file")),
    }
}
