//! Remembers which tokens were found good, because a public-key signature takes fifty microseconds.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, PoisonError},
};

use rollcall_wire::{Dialect, conversation::SignInRefusal};
use sha2::{Digest, Sha256};

use super::claims::Claims;

/// Tokens of one generation: two are kept, so that forgetting the older costs nothing.
const GENERATION_TOKENS_MAX: usize = 20_000;

/// A token's SHA-256 with its dialect: the token itself is kept nowhere.
type Fingerprint = [u8; 32];

#[derive(Default)]
struct Generations {
    young: HashMap<Fingerprint, Claims>,
    old: HashMap<Fingerprint, Claims>,
}

/// What tokens with a good signature say. Refused ones are not remembered.
#[derive(Default)]
pub(super) struct Read(Mutex<Generations>);

impl Read {
    /// What the token says, from memory or by `read`.
    pub(super) fn get_or(
        &self,
        dialect: Dialect,
        token: &str,
        read: impl FnOnce() -> Result<Claims, SignInRefusal>,
    ) -> Result<Claims, SignInRefusal> {
        let print = Sha256::new().chain_update(dialect.name()).chain_update(token).finalize();
        let print = Fingerprint::from(print);
        {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(claims) = known.young.get(&print).or_else(|| known.old.get(&print)) {
                return Ok(claims.clone());
            }
        }
        let claims = read()?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.young.len() >= GENERATION_TOKENS_MAX {
            known.old = mem::take(&mut known.young);
        }
        known.young.insert(print, claims.clone());
        Ok(claims)
    }
}
