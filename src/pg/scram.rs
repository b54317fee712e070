//! SCRAM-SHA-256 verifiers: what a server keeps instead of a password (RFC 5803, "pg_authid" in the manual).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// A verifier for `password` with a new random salt, ready to stand in `ALTER ROLE … PASSWORD '…'`, so that the
/// password itself never reaches the server or its log.
pub fn verifier(password: &str) -> String {
    postgres_protocol::password::scram_sha_256(password.as_bytes())
}

/// What may be kept of a verifier by whoever wants to know it again: nobody can log in with it, or give it to a role.
/// The key in it is hashed once more; nothing if it is no SCRAM-SHA-256 verifier.
pub fn note(verifier: &str) -> Option<String> {
    let parsed = Parsed::from(verifier)?;
    let (salt, hash) = (STANDARD.encode(&parsed.salt), STANDARD.encode(Sha256::digest(&parsed.stored_key)));
    Some(format!("{NOTE}{}:{salt}${hash}", parsed.iterations))
}

/// The beginning of a [`note`].
const NOTE: &str = "pgreconcile$";

/// Whether the note is one of a verifier for `password`.
fn fits(note: &str, password: &str) -> bool {
    let Some((head, hash)) = note.split_once('$') else { return false };
    let Some((iterations, salt)) = head.split_once(':') else { return false };
    let (Some(iterations), Ok(salt)) =
        (iterations.parse().ok().filter(|count| *count > 0), STANDARD.decode(salt))
    else {
        return false;
    };
    let mut salted = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(&prepared(password), &salt, iterations, &mut salted);
    let key = Hmac::<Sha256>::new_from_slice(&salted).ok().map(|hmac| hmac.chain_update(b"Client Key"));
    let stored = key.map(|key| Sha256::digest(key.finalize().into_bytes()));
    stored.is_some_and(|stored| STANDARD.encode(Sha256::digest(stored)) == hash)
}

/// Whether `verifier` is one for `password`, or a [`note`] of one. False for anything else, such as MD5.
///
/// Computes both keys anew from the salt and the iteration count that the verifier holds.
pub fn matches(verifier: &str, password: &str) -> bool {
    if let Some(note) = verifier.strip_prefix(NOTE) {
        return fits(note, password);
    }
    let Some(parsed) = Parsed::from(verifier) else { return false };
    let mut salted = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(&prepared(password), &parsed.salt, parsed.iterations, &mut salted);
    let key = |name: &[u8]| Hmac::<Sha256>::new_from_slice(&salted).ok().map(|hmac| hmac.chain_update(name));
    let (Some(client), Some(server)) = (key(b"Client Key"), key(b"Server Key")) else { return false };
    let stored = Sha256::digest(client.finalize().into_bytes());
    stored.as_slice() == parsed.stored_key && server.verify_slice(&parsed.server_key).is_ok()
}

/// A hash of `text` with `salt`, as slow to compute as that of a verifier, in base 64.
pub fn salted(text: &str, salt: &str) -> String {
    let mut hash = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(text.as_bytes(), salt.as_bytes(), 4096, &mut hash);
    STANDARD.encode(hash)
}

/// SASLprep, or the bytes as they are where it does not apply: the rule of server and libpq alike.
fn prepared(password: &str) -> Vec<u8> {
    stringprep::saslprep(password).map_or_else(|_| password.into(), std::borrow::Cow::into_owned).into_bytes()
}

/// `SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>`.
struct Parsed {
    iterations: u32,
    salt: Vec<u8>,
    stored_key: Vec<u8>,
    server_key: Vec<u8>,
}

impl Parsed {
    fn from(verifier: &str) -> Option<Self> {
        let (head, keys) = verifier.strip_prefix("SCRAM-SHA-256$")?.split_once('$')?;
        let (iterations, salt) = head.split_once(':')?;
        let (stored_key, server_key) = keys.split_once(':')?;
        let decode = |text: &str| STANDARD.decode(text).ok();
        Some(Parsed {
            iterations: iterations.parse().ok().filter(|count| *count > 0)?,
            salt: decode(salt)?,
            stored_key: decode(stored_key)?,
            server_key: decode(server_key)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_matches_its_password_only() {
        for password in ["secret", "", "ünï\u{a0}cödé", "\u{0}\u{7}", "p'w\\"] {
            let verifier = verifier(password);
            assert!(matches(&verifier, password), "{password:?}");
            assert!(!matches(&verifier, "other"), "{password:?}");
            let note = note(&verifier).expect("a verifier");
            assert!(matches(&note, password) && !matches(&note, "other"), "{password:?}");
            let keys = verifier.rsplit('$').next().expect("two keys");
            assert!(keys.split(':').all(|key| !note.contains(key)), "{note}");
        }
    }

    #[test]
    fn the_salt_is_new_each_time() {
        assert_ne!(verifier("x"), verifier("x"));
    }

    #[test]
    fn other_text_matches_nothing() {
        for text in
            ["", "md5a1b2", "SCRAM-SHA-256$", "SCRAM-SHA-256$0:AA==$AA==:AA==", "SCRAM-SHA-256$1:!$AA==:AA=="]
        {
            assert!(!matches(text, ""), "{text}");
        }
    }
}
