//! The secret that signs tokens: never printed, and refused when others could know it.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// Bytes below which HS256 can be guessed faster than its hash (RFC 7518, 3.2).
pub const SECRET_BYTES_MIN: usize = 32;

/// Where the secret is read from.
pub const SECRET_VARIABLE: &str = "ROLLCALL_JWT_SECRET";

/// Beginnings of secrets that stand in tutorials, templates and defaults, without punctuation.
const WELL_KNOWN: &[&str] = &[
    "secret",
    "supersecret",
    "mysecret",
    "yoursecret",
    "yoursupersecret",
    "yourjwtsecret",
    "your256bitsecret",
    "yourverysecure",
    "jwtsecret",
    "changeme",
    "changethis",
    "pleasechange",
    "replaceme",
    "replacethis",
    "djangoinsecure",
    "insecure",
    "password",
    "defaultsecret",
    "examplesecret",
    "astringsecretatleast256bitslong",
];

/// Different bytes that a secret of chance has at least; fewer means a pattern.
const DIFFERENT_BYTES_MIN: usize = 8;

/// A text that never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Why a secret is refused. Says nothing of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakSecret {
    /// There is none.
    #[error("is missing; `openssl rand -base64 48` makes a good one")]
    Missing,
    /// It can be guessed.
    #[error("is shorter than {SECRET_BYTES_MIN} bytes; `openssl rand -base64 48` makes a good one")]
    Short,
    /// It stands in templates and tutorials.
    #[error("is a well-known one; `openssl rand -base64 48` makes a good one")]
    WellKnown,
    /// It is hardly more than one character repeated.
    #[error("has too few different characters; `openssl rand -base64 48` makes a good one")]
    Uniform,
}

impl Secret {
    /// Takes a text as it is, good or not; [`Secret::check`] tells.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its bytes, for signing.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether it is good enough to sign with.
    ///
    /// # Errors
    /// The reason why not.
    pub fn check(&self) -> Result<(), WeakSecret> {
        let plain: String = self.0.chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = plain.to_ascii_lowercase();
        let mut bytes = self.0.as_bytes().to_vec();
        bytes.sort_unstable();
        bytes.dedup();
        match () {
            () if self.0.is_empty() => Err(WeakSecret::Missing),
            () if self.0.len() < SECRET_BYTES_MIN => Err(WeakSecret::Short),
            () if WELL_KNOWN.iter().any(|known| plain.starts_with(known)) => {
                Err(WeakSecret::WellKnown)
            }
            () if bytes.len() < DIFFERENT_BYTES_MIN => Err(WeakSecret::Uniform),
            () => Ok(()),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_others_could_know_is_refused() {
        for (text, expected) in [
            ("", Err(WeakSecret::Missing)),
            ("f0e1d2c3b4a5968778695a4b3c2d1e0", Err(WeakSecret::Short)),
            ("secret-secret-secret-secret-secret", Err(WeakSecret::WellKnown)),
            ("change_me_change_me_change_me_now!", Err(WeakSecret::WellKnown)),
            ("CHANGEME1234567890changeme1234567890", Err(WeakSecret::WellKnown)),
            ("a-string-secret-at-least-256-bits-long", Err(WeakSecret::WellKnown)),
            ("django-insecure-8h3k2l1m9n0p7q6r5s4t", Err(WeakSecret::WellKnown)),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Err(WeakSecret::Uniform)),
            ("abcabcabcabcabcabcabcabcabcabcabcabc", Err(WeakSecret::Uniform)),
            ("a secret of the client tests, 32 bytes or more", Ok(())),
            ("f0e1d2c3b4a5968778695a4b3c2d1e0f", Ok(())),
        ] {
            assert_eq!(Secret::new(text).check(), expected, "{text}");
        }
    }

    #[test]
    fn g10_7_a_secret_is_never_shown() {
        let secret = Secret::new("f0e1d2c3b4a5968778695a4b3c2d1e0f");
        assert!(!format!("{secret:?}").contains("f0e1"));
    }
}
