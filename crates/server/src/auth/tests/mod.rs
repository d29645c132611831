//! Who comes in and who does not, by token and by password.

mod jwks;
mod sign_in;
mod tokens;

use std::sync::Arc;

use jsonwebtoken::{EncodingKey, Header, encode};
use rollcall_core::{command::Ask, time::Timestamp};
use rollcall_store::{MemoryStore, Store, Verdict, tenant_file};
use rollcall_wire::{
    Dialect,
    conversation::{Identity, SignInRefusal},
};
use serde_json::{Value, json};

use super::{Authority, Keyring, install_provider};
use crate::config::{Lifetimes, Limits, Secret};

const SECRET: &str = "f0e1d2c3b4a5968778695a4b3c2d1e0f";
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const NOW_S: i64 = 1_800_000_000;

struct World {
    store: Arc<MemoryStore>,
    authority: Arc<Authority>,
}

/// Tenants `one` (host `one.example`) and `two` with accounts 7 (trainer's password `pass 7`),
/// 8 (disabled) and a church coordinator 9.
fn world() -> World {
    with_keyring(|keyring| keyring)
}

fn with_keyring(keys: impl FnOnce(Keyring) -> Keyring) -> World {
    install_provider();
    let store = Arc::new(MemoryStore::new());
    for id in ["one", "two"] {
        let file = json!({
            "tenant": { "id": id, "name": id, "settings": { "hosts": [format!("{id}.example")] } },
            "accounts": [
                { "id": "7", "username": "Ada", "email": "ada@example.org", "mobile": "+49 170 1",
                  "role": "trainer", "password": "pass 7" },
                { "id": "8", "username": "bob", "role": "staff", "password": "pass 8", "active": false },
                { "id": "9", "username": "cleo", "role": "coordinator", "groups": ["c1"] },
            ],
            "groups": [
                { "id": "c1", "name": "Assigned" },
                { "id": "c2", "name": "Taught", "teachers": ["9"] },
                { "id": "c3", "name": "Of others" },
            ],
            "gatherings": [
                { "id": "g1", "name": "A", "group": "c1" },
                { "id": "g2", "name": "B", "group": "c2" },
                { "id": "g3", "name": "C", "group": "c3" },
                { "id": "g4", "name": "D", "teacher": "9" },
            ],
        });
        load(&*store, &file);
    }
    let limits = Limits { sign_in_failures_per_minute: 3, ..Limits::default() };
    let keyring = keys(Keyring::new(&Secret::new(SECRET)));
    let authority = Authority::new(store.clone(), keyring, Lifetimes::default(), &limits).unwrap();
    World { store, authority: Arc::new(authority) }
}

fn load(store: &dyn Store, file: &Value) {
    let file = tenant_file::parse(&file.to_string(), NOW).unwrap();
    let tenant = file.tenant().clone();
    let rows = file.into_rows(&|clear| super::hash_password(clear.as_bytes()).unwrap());
    store.load(&tenant, rollcall_core::position::Epoch(1), rows, false, NOW).unwrap();
}

impl World {
    fn identify(&self, dialect: Dialect, token: &str) -> Result<Identity, SignInRefusal> {
        self.authority.identify(dialect, Some(&"one".into()), None, token, NOW)
    }

    fn commit(&self, ask: Ask) -> Verdict {
        self.store.commit(&[ask], NOW).unwrap().remove(0)
    }
}

fn signed(secret: &str, header: &Header, claims: &Value) -> String {
    install_provider();
    encode(header, claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn token(claims: &Value) -> String {
    signed(SECRET, &Header::default(), claims)
}
