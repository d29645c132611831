//! The made-up tenant that is measured, and the tokens of its accounts.

use std::path::Path;

use anyhow::Context;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use crate::clock;

/// The tenant's id.
const TENANT: &str = "bench";

/// Seconds for which a token counts: longer than any measurement.
const TOKEN_SECONDS: i64 = 3_600;

/// The sheet that everybody follows.
pub(super) const DATE: &str = "2026-11-21";

/// Its gathering.
pub(super) const GATHERING: &str = "1";

/// A tenant with accounts `1…` and people `1…`, all on the roster of one gathering. All ids are
/// numbers, because the church dialect knows no others.
pub(super) struct World {
    /// How many accounts.
    pub accounts: usize,
    /// How many people.
    pub people: usize,
    secret: String,
}

impl World {
    pub(super) fn new(accounts: usize, people: usize) -> Self {
        Self { accounts: accounts.max(1), people: people.max(1), secret: clock::fresh_id() }
    }

    /// The secret of the server that serves this world.
    pub(super) fn secret(&self) -> &str {
        &self.secret
    }

    /// Writes the tenant file.
    pub(super) fn write(&self, file: &Path) -> anyhow::Result<()> {
        let accounts = (1..=self.accounts).map(|n| {
            json!({"id": n.to_string(), "role": "admin", "first_name": "Account",
                   "last_name": n.to_string(), "email": format!("a{n}@example.org")})
        });
        let ids: Vec<_> = (1..=self.people).map(|n| n.to_string()).collect();
        let people = ids.iter().map(|id| {
            json!({"id": id, "number": format!("P{id}"), "first_name": "Person", "last_name": id})
        });
        let world = json!({
            "tenant": {"id": TENANT, "name": "Bench", "time_zone": "UTC"},
            "accounts": accounts.collect::<Vec<_>>(),
            "people": people.collect::<Vec<_>>(),
            "gatherings": [{"id": GATHERING, "name": "Sunday Service", "roster": &ids}],
        });
        std::fs::write(file, world.to_string())
            .with_context(|| format!("cannot write {}", file.display()))
    }

    /// A token of the `n`th account, in every dialect's spelling; they come round again.
    pub(super) fn token(&self, n: usize) -> anyhow::Result<String> {
        let now = clock::now().millis() / 1_000;
        let account = n % self.accounts + 1;
        let said = json!({
            "sub": account.to_string(), "tenant": TENANT, "token_type": "access",
            "userId": account, "churchId": TENANT, "iat": now, "exp": now + TOKEN_SECONDS,
        });
        let key = EncodingKey::from_secret(self.secret.as_bytes());
        Ok(jsonwebtoken::encode(&Header::new(Algorithm::HS256), &said, &key)?)
    }
}
