//! The keys that tokens are signed with, each for one algorithm only.

use std::collections::HashMap;

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm},
};
use rollcall_core::{rejection::Fault, time::Timestamp};
use rollcall_wire::{Dialect, conversation::SignInRefusal};

use super::claims::{Claims, Grant};
use crate::config::Secret;

/// Bytes of a token; a longer one is refused unread.
const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// Why a file of public keys is refused.
#[derive(Debug, thiserror::Error)]
pub enum JwksError {
    /// It is no JWKS.
    #[error("is no JSON Web Key Set: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// A key without a name.
    #[error("holds a key without `kid`")]
    Nameless,
    /// A key that must not stand there, or that is not understood.
    #[error("holds the key {0:?}, which {1}")]
    Key(String, &'static str),
}

/// One key and the only algorithm it is used with.
struct Pinned {
    key: DecodingKey,
    validation: Validation,
}

impl Pinned {
    fn new(key: DecodingKey, algorithm: Algorithm) -> Self {
        let mut validation = Validation::new(algorithm);
        // Times are judged by our own clock, and audiences are no part of any contract here.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Self { key, validation }
    }
}

/// Signs tokens with the shared secret; accepts those and, by their `kid`, those of others.
pub struct Keyring {
    signing: EncodingKey,
    shared: Pinned,
    named: HashMap<String, Pinned>,
}

impl Keyring {
    /// With the secret alone.
    #[must_use]
    pub fn new(secret: &Secret) -> Self {
        let key = secret.expose();
        Self {
            signing: EncodingKey::from_secret(key),
            shared: Pinned::new(DecodingKey::from_secret(key), Algorithm::HS256),
            named: HashMap::new(),
        }
    }

    /// Accepts tokens of the public keys of a JWKS (RFC 7517) too.
    ///
    /// # Errors
    /// A key that is not public, has no name, or no algorithm that is safe with it.
    pub fn with_jwks(mut self, text: &str) -> Result<Self, JwksError> {
        for jwk in serde_json::from_str::<JwkSet>(text)?.keys {
            let name = jwk.common.key_id.clone().ok_or(JwksError::Nameless)?;
            let wrong = |why| JwksError::Key(name.clone(), why);
            let algorithm = algorithm(&jwk).map_err(wrong)?;
            let key = DecodingKey::from_jwk(&jwk).map_err(|_| wrong("cannot be read"))?;
            if self.named.insert(name.clone(), Pinned::new(key, algorithm)).is_some() {
                return Err(JwksError::Key(name, "is there twice"));
            }
        }
        Ok(self)
    }

    /// What a token says, if its signature is good. Whether one that says everything has expired
    /// is not judged here.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(super) fn read(
        &self,
        dialect: Dialect,
        token: &str,
        now: Timestamp,
    ) -> Result<Claims, SignInRefusal> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(SignInRefusal::Invalid);
        }
        let header = decode_header(token).map_err(|_| SignInRefusal::Invalid)?;
        // RFC 7515 section 4.1.11: what a token calls critical and we do not understand, which is
        // everything, makes it invalid.
        if header.crit.is_some() {
            return Err(SignInRefusal::Invalid);
        }
        let named = header.kid.as_ref().and_then(|kid| self.named.get(kid));
        let pinned = named.unwrap_or(&self.shared);
        let read = decode(token, &pinned.key, &pinned.validation);
        let read = read.map_err(|_| SignInRefusal::Invalid)?;
        Claims::read(dialect, read.claims, now)
    }

    /// Whether tokens may be signed by public keys, which take long to check.
    pub(super) fn has_public_keys(&self) -> bool {
        !self.named.is_empty()
    }

    /// A new token.
    pub(super) fn mint(&self, grant: &Grant<'_>) -> Result<String, Fault> {
        let header = Header::new(Algorithm::HS256);
        jsonwebtoken::encode(&header, &grant.spell(), &self.signing)
            .map_err(|error| Fault(format!("signing a token: {error}")))
    }
}

/// The only algorithm that the key may be used with: the one it names, if it fits its family.
fn algorithm(jwk: &Jwk) -> Result<Algorithm, &'static str> {
    let fits = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            Algorithm::ES256
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            Algorithm::EdDSA
        }
        AlgorithmParameters::OctetKey(_) => return Err("is no public key"),
        _ => return Err("is for no algorithm of RS256, ES256 and EdDSA"),
    };
    let named = match jwk.common.key_algorithm {
        Some(KeyAlgorithm::RS256) => Algorithm::RS256,
        Some(KeyAlgorithm::ES256) => Algorithm::ES256,
        Some(KeyAlgorithm::EdDSA) => Algorithm::EdDSA,
        Some(_) => return Err("is for no algorithm of RS256, ES256 and EdDSA"),
        None => return Err("names no `alg`"),
    };
    if named == fits { Ok(fits) } else { Err("names an `alg` that is not its own") }
}

/// When something that lasts so long from now on ends, in whole seconds as tokens write it.
pub(super) fn until(now: Timestamp, lasts_ms: i64) -> Timestamp {
    Timestamp::from_millis((now.millis() + lasts_ms) / 1000 * 1000)
}
