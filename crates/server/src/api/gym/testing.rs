//! For the tests of this dialect: the common house with a gym's people, accounts and visits.

use rollcall_core::{
    command::{By, Command},
    facts::Row,
    id::TenantId,
    time::Timestamp,
};
use rollcall_wire::Dialect;
use serde_json::{Value, json};

use crate::{
    api::testing::{House, TENANT},
    clock,
    config::Config,
};

/// Ann Maria Example, `GYM0001`, with a plan that counts.
pub(super) const ANN: &str = "0b7e0000-0000-4000-8000-000000000001";

/// Ben Sample, `GYM0002`, inactive, with a plan that has lapsed.
pub(super) const BEN: &str = "0b7e0000-0000-4000-8000-000000000002";

/// A minute in milliseconds.
pub(super) const MINUTE_MS: i64 = 60_000;

/// A day in milliseconds.
pub(super) const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// A gym with its router.
pub(super) struct Gym {
    pub(super) house: House,
}

impl Gym {
    /// With the usual settings.
    pub(super) async fn open() -> Self {
        let mut config = Config::default();
        config.allow_origins.push("https://desk.example.org".into());
        Self::with(config).await
    }

    /// With settings of one's own.
    pub(super) async fn with(config: Config) -> Self {
        let gym = Self { house: House::with(Dialect::Gym, config).await };
        gym.import(rows()).await;
        gym
    }

    /// Takes rows in.
    pub(super) async fn import(&self, rows: Vec<Row>) {
        let tenant = TenantId::new(TENANT);
        let import = Command::Import { rows };
        self.house.api.submit(&tenant, By::System, None, import).await.unwrap();
    }

    /// A visit that began and ended so many milliseconds ago.
    pub(super) async fn visit(&self, id: &str, person: &str, began: i64, ended: Option<i64>) {
        let ago = |ms: i64| clock::now().plus_ms(-ms);
        self.visit_at(id, person, ago(began), ended.map(ago)).await;
    }

    /// A visit at these times.
    pub(super) async fn visit_at(
        &self,
        id: &str,
        person: &str,
        began: Timestamp,
        ended: Option<Timestamp>,
    ) {
        let visit = json!({"id": id, "person": person, "check_in": began, "location": "Main"});
        let mut visit = row("visit", visit);
        if let Row::Visit(visit) = &mut visit {
            std::sync::Arc::make_mut(visit).check_out = ended;
        }
        self.import(vec![visit]).await;
    }

    /// Status and content of what an account is answered.
    pub(super) async fn by(
        &self,
        account: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        self.house.by(account, method, path, body).await
    }

    /// What the administrator reads.
    pub(super) async fn read(&self, path: &str) -> Value {
        let (status, body) = self.by("admin", "GET", path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

/// The keys of an object, in order.
pub(super) fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// One field of every entry of a list.
pub(super) fn each<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let entries = list.as_array().unwrap_or_else(|| panic!("{list} is no list"));
    entries.iter().map(|entry| entry[field].as_str().unwrap()).collect()
}

/// A row as the log writes it.
pub(super) fn row(table: &str, row: Value) -> Row {
    serde_json::from_value(json!({ "table": table, "row": row })).unwrap()
}

fn rows() -> Vec<Row> {
    vec![
        row(
            "person",
            json!({
                "id": ANN, "number": "GYM0001", "first_name": "Ann Maria", "last_name": "Example",
                "kind": "member", "phone": "+49 30 111", "version": 1,
                "created_at": "2026-01-02T08:00:00Z", "updated_at": "2026-01-03T08:00:00Z",
                "membership": {"type": "Gold", "starts": "2020-01-01", "ends": "2099-12-31"},
            }),
        ),
        row(
            "person",
            json!({
                "id": BEN, "number": "GYM0002", "first_name": "Ben", "last_name": "Sample",
                "kind": "member", "status": "inactive", "version": 1,
                "created_at": "2026-01-01T08:00:00Z",
                "membership": {"type": "Silver", "starts": "2020-01-01", "ends": "2020-12-31"},
            }),
        ),
        row(
            "account",
            json!({
                "id": "admin", "username": "ada", "email": "ada@example.org", "role": "admin",
                "first_name": "Ada", "created_at": "2026-01-01T08:00:00Z",
            }),
        ),
        row("account", json!({"id": "manager", "username": "moe", "role": "manager"})),
        row("account", json!({"id": "staff", "username": "sam", "role": "staff"})),
        row("account", json!({"id": "trainer", "username": "tia", "role": "trainer"})),
        row("account", json!({"id": "7", "username": "ann", "role": "member", "person": ANN})),
    ]
}
