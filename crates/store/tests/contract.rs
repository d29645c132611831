//! Both stores are put through the contract.

use rollcall_store::{MemoryStore, sqlite::SqliteStore, store_contract};

store_contract!(memory, {
    let store = MemoryStore::new();
    move || store.clone()
});

store_contract!(sqlite, {
    let dir = tempfile::tempdir().unwrap();
    move || SqliteStore::open(dir.path().join("rollcall.db")).unwrap()
});
