//! The private id of a session (2.14): an opaque text that carries what a recovery needs and
//! proves that we wrote it, so that sessions survive a restart without a table (2.23).

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rollcall_core::{
    id::{AccountId, TenantId},
    position::Position,
};
use sha2::{Digest, Sha256};

/// Bytes of the proof; what RFC 2104 calls a truncated output of half the hash.
const PROOF_BYTES: usize = 16;

/// SHA-256's block, over which RFC 2104 spreads the key.
const BLOCK_BYTES: usize = 64;

/// Writes and reads private ids under one secret key.
pub struct Seal {
    key: [u8; 32],
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

/// What a private id says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The public id of the session (`sid`).
    pub sid: Arc<str>,
    /// In which church.
    pub tenant: TenantId,
    /// Whose session.
    pub account: AccountId,
    /// The log's position when the session began.
    pub start: Position,
}

impl Seal {
    /// A seal under a key that only this installation knows, the same after a restart.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// The private id that says this.
    #[must_use]
    pub fn close(&self, sealed: &Sealed) -> String {
        let Sealed { sid, tenant, account, start } = sealed;
        let said = format!("{sid}\n{start}\n{account}\n{tenant}");
        let mut bytes = self.proof(said.as_bytes()).to_vec();
        bytes.extend_from_slice(said.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a private id says; `None` if we did not write it.
    #[must_use]
    pub fn open(&self, pid: &str) -> Option<Sealed> {
        let bytes = URL_SAFE_NO_PAD.decode(pid).ok()?;
        let (proof, said) = bytes.split_at_checked(PROOF_BYTES)?;
        let differing = self.proof(said).iter().zip(proof).fold(0, |all, (a, b)| all | (a ^ b));
        if differing != 0 {
            return None;
        }
        let mut parts = str::from_utf8(said).ok()?.splitn(4, '\n');
        let (sid, start) = (parts.next()?, parts.next()?);
        let (account, tenant) = (parts.next()?, parts.next()?);
        Some(Sealed {
            sid: sid.into(),
            tenant: tenant.into(),
            account: account.into(),
            start: start.parse().ok()?,
        })
    }

    /// HMAC-SHA-256 (RFC 2104), cut to [`PROOF_BYTES`].
    fn proof(&self, said: &[u8]) -> [u8; PROOF_BYTES] {
        let pad = |with: u8| {
            let mut block = [with; BLOCK_BYTES];
            block.iter_mut().zip(self.key).for_each(|(byte, key)| *byte ^= key);
            block
        };
        let inner = Sha256::new().chain_update(pad(0x36)).chain_update(said).finalize();
        let outer = Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize();
        let mut proof = [0; PROOF_BYTES];
        proof.copy_from_slice(&outer[..PROOF_BYTES]);
        proof
    }
}

#[cfg(test)]
mod tests {
    use rollcall_core::position::{Epoch, Offset};

    use super::*;

    fn sealed() -> Sealed {
        Sealed {
            sid: "abc".into(),
            tenant: "gra_4f09c2".into(),
            account: "3".into(),
            start: Position { epoch: Epoch(7), offset: Offset(12) },
        }
    }

    #[test]
    fn church_2_14_a_private_id_survives_a_restart() {
        let pid = Seal::new([1; 32]).close(&sealed());
        assert_eq!(Seal::new([1; 32]).open(&pid), Some(sealed()));
    }

    #[test]
    fn church_2_20_a_private_id_that_is_not_ours_says_nothing() {
        let pid = Seal::new([1; 32]).close(&sealed());
        assert_eq!(Seal::new([2; 32]).open(&pid), None);
        for at in 0..pid.len() {
            let mut forged = pid.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(Seal::new([1; 32]).open(&forged), None, "{forged}");
        }
        for text in ["", "x", "undefined"] {
            assert_eq!(Seal::new([1; 32]).open(text), None);
        }
    }

    #[test]
    fn the_proof_is_hmac_sha_256() {
        // RFC 4231 test case 1 has a key of 20 bytes; zeros after it change nothing.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let wanted = [0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53];
        assert_eq!(Seal::new(key).proof(b"Hi There")[..8], wanted);
    }
}
