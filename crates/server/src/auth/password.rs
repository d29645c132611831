//! Passwords: Argon2id, two at a time, and as slow for an unknown account as for a known one.

use argon2::{
    Argon2, PasswordVerifier,
    password_hash::{PasswordHasher, phc::PasswordHash},
};
use rollcall_core::rejection::Fault;
use tokio::sync::Semaphore;

use crate::{clock, config::Secret};

/// Hashes computed at once. Each takes 19 MiB for a few hundredths of a second, so that a crowd
/// signing in waits in line instead of filling the memory.
const HASHES_AT_ONCE: usize = 2;

/// Bytes of a password; a longer one is refused unread.
pub const PASSWORD_BYTES_MAX: usize = 1_024;

/// Verifies passwords. Hashes are PHC strings; other people's Argon2 parameters are understood.
#[derive(Debug)]
pub struct Passwords {
    turns: Semaphore,
    /// A hash of nothing anybody knows, for accounts that are not there.
    nobody: String,
}

/// Hashes a password with Argon2id, version 19, 19 MiB, 2 passes, 1 lane (the parameters that
/// OWASP's password storage guide names first) and 16 bytes of salt. Blocks for a while.
///
/// # Errors
/// The machine has no memory or chance to give.
pub fn hash(password: &[u8]) -> Result<String, Fault> {
    let salt: [u8; 16] = clock::random_bytes();
    let hashed = Argon2::default().hash_password_with_salt(password, &salt);
    hashed.map(|hash| hash.to_string()).map_err(|error| Fault(format!("password: {error}")))
}

/// Whether the password is the one that was hashed. Blocks for a while.
#[must_use]
pub fn verify(hash: &str, password: &[u8]) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok())
}

impl Passwords {
    /// Makes ready; computes one hash.
    ///
    /// # Errors
    /// The machine has no memory or chance to give.
    pub fn new() -> Result<Self, Fault> {
        let unknown: [u8; 16] = clock::random_bytes();
        let nobody = hash(&unknown)?;
        Ok(Self { turns: Semaphore::new(HASHES_AT_ONCE), nobody })
    }

    /// Whether the password belongs to the hash. Without a hash it takes as long and says no.
    ///
    /// # Errors
    /// The program is about to end.
    pub async fn check(&self, hash: Option<&str>, password: Secret) -> Result<bool, Fault> {
        let there = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        let ending = || Fault("the program is about to end".to_owned());
        let _turn = self.turns.acquire().await.map_err(|_| ending())?;
        let matched = tokio::task::spawn_blocking(move || verify(&hash, password.expose())).await;
        Ok(matched.map_err(|_| ending())? && there)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t4_a_password_is_kept_as_an_argon2id_hash() {
        let kept = hash(b"correct horse 1").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify(&kept, b"correct horse 1") && !verify(&kept, b"correct horse 2"));
        assert_ne!(kept, hash(b"correct horse 1").unwrap(), "each has its own salt");
        assert!(!verify("not a hash", b"correct horse 1") && !verify("", b""));
    }

    #[tokio::test]
    async fn an_account_that_is_not_there_has_no_password() {
        let passwords = Passwords::new().unwrap();
        let kept = hash(b"a").unwrap();
        assert!(passwords.check(Some(&kept), Secret::new("a")).await.unwrap());
        assert!(!passwords.check(Some(&kept), Secret::new("b")).await.unwrap());
        assert!(!passwords.check(None, Secret::new("a")).await.unwrap());
    }
}
