//! REST. A folder per dialect; within it, folder path = URL path, and each file holds one
//! endpoint: its errors, its description, its handler and its tests.

mod church;
mod client;
mod gym;
mod health;
mod layers;
mod metrics;
mod native;
#[cfg(test)]
pub(crate) mod testing;

pub use metrics::own_address as own_metrics;

use std::sync::Arc;

use axum::Router;
use rollcall_core::{
    command::{Ask, By, Command},
    id::{AccountId, CommandId, TenantId},
    rejection::{Fault, Refusal},
};
use rollcall_store::{Verdict, View};
use rollcall_wire::Dialect;

use crate::{
    auth::{Origins, Pace},
    clock,
    config::{Config, Limits},
    control::Control,
    health::Health,
};

/// What every endpoint of one entrance may use. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    /// The store's reads, the entrance to the log, sign-in and counts.
    pub control: Control,
    /// The settings.
    pub config: Arc<Config>,
    /// Who may ask from a browser.
    pub origins: Arc<Origins>,
    /// The program's own probe.
    pub health: Health,
    /// How fast each account may write over REST, whichever the listener.
    pub writes: Arc<WritePace>,
    /// The listener's place in the list of listeners, for metrics.
    pub listener: usize,
    /// What is spoken here.
    pub dialect: Dialect,
    /// The tenant of tokens that name none.
    pub tenant: Option<TenantId>,
}

/// How fast each account may write over REST.
pub type WritePace = Pace<(TenantId, AccountId)>;

/// The REST of one entrance: its dialect's endpoints and what is `live` over HTTP, within what
/// every listener has, because a page of another origin may use the one as the other.
pub fn router(api: Api, live: Router) -> Router {
    let routes = match api.dialect {
        Dialect::Native => native::router(api.clone()),
        Dialect::Gym => gym::router(api.clone()),
        Dialect::Church => church::router(api.clone()),
    };
    layers::around(routes.merge(metrics::router(&api)).merge(live), api)
}

/// The description of a dialect's REST, if it has one: OpenAPI in JSON, as it is kept in
/// `docs/openapi`.
#[must_use]
pub fn openapi(dialect: Dialect) -> Option<String> {
    let document = match dialect {
        Dialect::Native => native::document(),
        Dialect::Gym | Dialect::Church => return None,
    };
    // Kept files end with a line's end.
    document.to_pretty_json().ok().map(|text| text + "\n")
}

/// A pace of that many writes a second for each account.
#[must_use]
pub fn write_pace(limits: &Limits) -> Arc<WritePace> {
    const SECOND_MS: u32 = 1_000;
    Arc::new(Pace::new(limits.writes_per_second, SECOND_MS))
}

impl Api {
    /// Puts a command to a tenant and waits until it is kept or refused.
    ///
    /// # Errors
    /// Why it was not kept.
    pub async fn submit(
        &self,
        tenant: &TenantId,
        by: By,
        id: Option<CommandId>,
        command: Command,
    ) -> Verdict {
        let (tenant, fresh) = (tenant.clone(), clock::fresh_id());
        self.keep(Ask { tenant, by, id, command, fresh }).await
    }

    /// Has a command that is ready to be asked kept; signing in makes such.
    ///
    /// # Errors
    /// Why it was not kept.
    pub async fn keep(&self, ask: Ask) -> Verdict {
        self.control.submitter.submit_and_wait(ask).await
    }

    /// Looks at a tenant once, consistently, on a thread that may wait.
    ///
    /// # Errors
    /// The store broke, or there is no such tenant.
    pub async fn look<T: Send + 'static>(
        &self,
        tenant: &TenantId,
        question: impl FnOnce(&dyn View) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (store, tenant) = (self.control.store.clone(), tenant.clone());
        let looked =
            tokio::task::spawn_blocking(move || crate::control::look(&*store, &tenant, question));
        looked.await.unwrap_or_else(|_| Err(Fault("a look-up ended early".into())))
    }

    /// Does something that blocks (a token check, say) on a thread that may wait.
    ///
    /// # Errors
    /// It ended early.
    pub async fn apart<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Control) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let control = self.control.clone();
        let done = tokio::task::spawn_blocking(move || act(&control));
        done.await.map_err(|_| Refusal::Fault(Fault("a task ended early".into())))
    }
}
