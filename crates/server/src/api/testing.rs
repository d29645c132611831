//! For the tests of endpoints: a small tenant in memory, accounts of several roles, a router.

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request, response::Response};
use rollcall_core::{facts::Row, id::TenantId, position::Epoch};
use rollcall_store::{MemoryStore, Store};
use rollcall_wire::Dialect;
use serde_json::{Value, json};
use tokio::{runtime::Handle, sync::mpsc};
use tower::ServiceExt;

use super::{Api, router, write_pace};
use crate::{
    auth::{self, Authority, Keyring, Origins},
    clock,
    config::{Config, Secret},
    control::Control,
    health,
    shard::Hub,
    submit,
    telemetry::Metrics,
};

/// The tenant's id.
pub(crate) const TENANT: &str = "house";

/// The password of every account that has one.
pub(crate) const PASSWORD: &str = "correct horse";

/// A tenant with its router.
pub(crate) struct House {
    tenant: TenantId,
    pub(crate) api: Api,
    pub(crate) router: Router,
}

impl House {
    /// The native listener of a fresh tenant.
    pub(crate) async fn open() -> Self {
        Self::speaking(Dialect::Native).await
    }

    /// The listener of a dialect of a fresh tenant.
    pub(crate) async fn speaking(dialect: Dialect) -> Self {
        let mut config = Config::default();
        config.allow_origins.push("https://desk.example.org".into());
        Self::with(dialect, config).await
    }

    /// The same with settings of one's own.
    pub(crate) async fn with(dialect: Dialect, config: Config) -> Self {
        Self::keeping(dialect, config, vec![(TENANT, rows())]).await
    }

    /// The listener of a dialect with tenants of one's own; the first is the one that is asked.
    pub(crate) async fn keeping(
        dialect: Dialect,
        config: Config,
        tenants: Vec<(&str, Vec<Row>)>,
    ) -> Self {
        let store = MemoryStore::new();
        let tenant = TenantId::new(tenants[0].0);
        for (tenant, rows) in tenants {
            store.load(&tenant.into(), Epoch(7), rows, false, clock::now()).unwrap();
        }
        auth::install_provider();
        let store: Arc<dyn Store> = Arc::new(store);
        let keyring = Keyring::new(&Secret::new("0123456789abcdef0123456789abcdef-tests"));
        let (tokens, limits) = (config.tokens.clone(), &config.limits);
        let authority = Authority::new(store.clone(), keyring, tokens, limits).unwrap();
        let (hub, _) = Hub::new(0);
        let metrics = Metrics::new(&config.listen);
        let (submitter, _) = submit::start(store.clone(), hub.clone(), metrics.clone()).unwrap();
        let control = Control {
            runtime: Handle::current(),
            store,
            authority: Arc::new(authority),
            submitter,
            hub,
            presence: mpsc::channel(1).0,
            names: mpsc::channel(1).0,
            glimpses: Arc::default(),
            metrics,
        };
        let api = Api {
            health: health::start(&control).unwrap(),
            control,
            origins: Arc::new(Origins::new(&config.allow_origins)),
            writes: write_pace(&config.limits),
            config: Arc::new(config),
            listener: 0,
            dialect,
            tenant: None,
        };
        Self { router: router(api.clone(), Router::new()), api, tenant }
    }

    /// An access token of an account.
    pub(crate) fn token(&self, account: &str) -> String {
        let (authority, tenant) = (&self.api.control.authority, &self.tenant);
        let now = clock::now();
        authority.mint(self.api.dialect, tenant, &account.into(), None, now).unwrap()
    }

    /// The answer to a request.
    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Response {
        self.ask_from("192.0.2.7:4000", method, path, headers, body).await
    }

    /// The answer to a request that comes from an address.
    pub(crate) async fn ask_from(
        &self,
        peer: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Response {
        let peer: SocketAddr = peer.parse().unwrap();
        let mut request = Request::builder().method(method).uri(path).extension(ConnectInfo(peer));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    /// Status and content of what an account is answered.
    pub(crate) async fn by(
        &self,
        account: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.token(account));
        let response = self.ask(method, path, &[("authorization", &bearer)], body).await;
        (response.status().as_u16(), json_of(response).await)
    }
}

impl House {
    /// Signs `admin` in; what the native REST answers.
    pub(crate) async fn sign_in(&self) -> Value {
        let body = Some(json!({"login": "ada", "password": PASSWORD}));
        let response = self.ask("POST", "/v1/sessions", &[], body).await;
        assert_eq!(response.status(), 201);
        json_of(response).await
    }

    /// Checks a person in; what the native REST answers.
    pub(crate) async fn check_in(&self, person: &str) -> Value {
        let body = Some(json!({"person": {"id": person}}));
        let (status, said) = self.by("desk", "POST", "/v1/visits", body).await;
        assert_eq!(status, 201, "{said}");
        said
    }
}

/// One value of a header.
pub(crate) fn header_of<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

/// The whole body as a text.
pub(crate) async fn text_of(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The whole body as JSON; `null` if it is empty.
pub(crate) async fn json_of(response: Response) -> Value {
    let text = text_of(response).await;
    if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
}

/// A row of a table, as it is kept.
pub(crate) fn row(table: &str, row: Value) -> Row {
    serde_json::from_value(json!({ "table": table, "row": row })).unwrap()
}

/// Accounts `admin`, `desk` (front desk), `taker` (marks `g1` only), `bo` (a member, who is
/// person `p1`); persons `p1` and `p2`; gatherings `g1`, with both on its roster, and `g2`.
/// Only `admin` has a password.
fn rows() -> Vec<Row> {
    let hash = auth::hash_password(PASSWORD.as_bytes()).unwrap();
    vec![
        row("tenant", json!({"id": TENANT, "name": "The house", "time_zone": "Europe/Berlin"})),
        row(
            "person",
            json!({"id": "p1", "number": "M-1", "first_name": "Bo", "last_name": "Ray", "version": 1}),
        ),
        row(
            "person",
            json!({"id": "p2", "number": "M-2", "first_name": "Cy", "last_name": "Day", "version": 1}),
        ),
        row("family", json!({"id": "f1", "name": "Ray"})),
        row("group", json!({"id": "c1", "name": "Class 1"})),
        row(
            "account",
            json!({"id": "admin", "username": "ada", "role": "admin", "first_name": "Ada"}),
        ),
        row("account", json!({"id": "desk", "username": "dee", "role": "front_desk"})),
        row("account", json!({"id": "taker", "role": "attendance_taker", "gatherings": ["g1"]})),
        row("account", json!({"id": "bo", "role": "member", "person": "p1"})),
        row("password", json!(["admin", hash])),
        row(
            "gathering",
            json!({"id": "g1", "name": "Morning", "kind": "standard", "roster": ["p1", "p2"]}),
        ),
        row("gathering", json!({"id": "g2", "name": "Evening", "kind": "headcount"})),
        row("document", json!({"kind": "grade", "id": "d1", "data": {"value": 2}, "version": 1})),
    ]
}
