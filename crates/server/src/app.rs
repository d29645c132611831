//! Puts the program together, runs it, and stops it in order.

use std::{
    future::IntoFuture,
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, anyhow};
use axum::{
    Extension, Router,
    routing::{any, get},
};
use rollcall_store::{MemoryStore, Store, sqlite::SqliteStore};
use rollcall_wire::{
    Dialect,
    church::{self, Church},
    conversation::Conversation,
    engineio,
};
use sha2::{Digest, Sha256};
use tokio::runtime::{Builder, Runtime};

use crate::{
    api::{self, Api},
    auth::{Authority, Keyring, Origins},
    clock,
    config::{Config, Listener},
    connection::{Engine, Entrance, Flow},
    control::Control,
    forgotten,
    health::{self, Health},
    kept::KeptFile,
    names, presence,
    shard::{self, Hub, Inbound, Shards},
    sole::{self, sole},
    submit::{self, Submitter},
    telemetry::Metrics,
    tenants,
    transport::{self, Live, door::Door},
    ui,
};

/// Threads for what may wait: REST, look-ups, sign-ins. Delivery is not among it.
const CONTROL_THREADS: usize = 2;

/// Threads for what blocks: reads of the store and passwords. More would only wait for the same
/// cores, and each keeps memory of its own after a storm of sign-ins.
const BLOCKING_THREADS: usize = 4;

/// How long a stop may take beyond the drain before the rest is cut off (gym G6.7: 15 s in all).
const STOP_WAIT: Duration = Duration::from_secs(8);

/// The running program.
pub struct Running {
    runtime: Runtime,
    shards: Shards,
    hub: Hub,
    addresses: Vec<(Dialect, SocketAddr)>,
    submitter: Submitter,
    health: Health,
    drain_ms: u64,
}

/// Opens the store that the settings name.
///
/// # Errors
/// It cannot be used.
pub fn open_store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let Some(database) = config.database() else { return Ok(Arc::new(MemoryStore::new())) };
    if let Some(directory) = database.parent() {
        std::fs::create_dir_all(directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
    }
    Ok(Arc::new(SqliteStore::open(database)?))
}

/// Runs until the system asks the program to stop.
///
/// # Errors
/// It could not start.
pub fn run(config: Config) -> anyhow::Result<()> {
    let store = open_store(&config)?;
    let _sole = config.directory().map(|directory| sole(directory, sole::WAIT)).transpose()?;
    tenants::import_all(&*store, &config.import, config.replace)?;
    start(config, store)?.until_stopped()
}

/// Starts everything; the addresses are answered when it returns.
///
/// # Errors
/// An address is taken, a setting does not hold, or the store does not work.
pub fn start(config: Config, store: Arc<dyn Store>) -> anyhow::Result<Running> {
    start_with(config, store, engines)
}

/// As [`start`], with Engine.IO applications of the caller's own: `engines` says which are served
/// on a listener.
///
/// # Errors
/// As [`start`], or as `engines`.
pub fn start_with(
    config: Config,
    store: Arc<dyn Store>,
    engines: impl Fn(&Config, &Listener) -> anyhow::Result<Vec<Engine>>,
) -> anyhow::Result<Running> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(CONTROL_THREADS)
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_name("rollcall-control")
        .enable_all()
        .build()?;
    let shards = u16::try_from(config.shards()).unwrap_or(u16::MAX);
    let (hub, inboxes) = Hub::new(shards);
    let metrics = Metrics::new(&config.listen);
    let (submitter, _writer) = submit::start(store.clone(), hub.clone(), metrics.clone())?;
    let authority = Arc::new(authority(&config, store.clone())?);
    let origins = Arc::new(Origins::new(&config.allow_origins));
    let kept = KeptFile::beside(config.database().as_deref());
    let (presence, names) =
        runtime.block_on(async { (presence::start(hub.clone()), names::start(hub.clone(), kept)) });
    let control = Control {
        runtime: runtime.handle().clone(),
        store: store.clone(),
        authority: authority.clone(),
        submitter: submitter.clone(),
        hub: hub.clone(),
        presence,
        names,
        glimpses: Arc::default(),
        metrics: metrics.clone(),
    };
    let (entrances, sockets) = entrances(&config, shards, engines)?;
    let addresses: Vec<_> = entrances.iter().map(|(e, address)| (e.dialect, *address)).collect();
    let health = health::start(&control)?;
    if let Some(address) = config.metrics {
        tell_numbers(address, &control)?;
    }
    let drain_ms = u64::from(config.drain_seconds) * 1_000;
    let (writes, config) = (api::write_pace(&config.limits), Arc::new(config));
    let services = config.listen.iter().zip(&entrances).map(|(listener, (entrance, _))| {
        let api = Api {
            control: control.clone(),
            config: config.clone(),
            origins: origins.clone(),
            health: health.clone(),
            writes: writes.clone(),
            listener: entrance.index,
            dialect: entrance.dialect,
            tenant: entrance.tenant.clone(),
        };
        let (hub, runtime) = (hub.clone(), runtime.handle().clone());
        let live = Live::new(hub, entrance.clone(), origins.clone(), runtime);
        service(api, live, listener.ui.as_deref())
    });
    let door = Arc::new(Door {
        runtime: runtime.handle().clone(),
        services: services.collect(),
        origins: origins.clone(),
        hub: hub.clone(),
    });
    let shards = shard::start(&control, &door, inboxes, sockets)?;
    health.begin(&runtime);
    begin_chores(&control, writes);
    for (dialect, address) in &addresses {
        tracing::info!(dialect = dialect.name(), %address, "listening");
    }
    Ok(Running { runtime, shards, hub, addresses, submitter, health, drain_ms })
}

/// Begins what is done now and then: forgetting who may try again, and ending forgotten visits.
fn begin_chores(control: &Control, writes: Arc<api::WritePace>) {
    let authority = control.authority.clone();
    control.runtime.spawn(clock::each_minute(move |now| {
        authority.sweep(now);
        writes.forget(now);
    }));
    control.runtime.spawn(forgotten::rounds(control.clone()));
}

/// Tells the numbers on their own address.
fn tell_numbers(address: SocketAddr, control: &Control) -> anyhow::Result<()> {
    let listening = control.runtime.block_on(tokio::net::TcpListener::bind(address));
    let listener = listening.with_context(|| format!("cannot listen on {address} for metrics"))?;
    let numbers = axum::serve(listener, api::own_metrics(control.clone()));
    control.runtime.spawn(numbers.into_future());
    Ok(())
}

/// Who may come in, by the settings.
///
/// # Errors
/// There is no good secret, or the file of public keys cannot be used.
pub fn authority(config: &Config, store: Arc<dyn Store>) -> anyhow::Result<Authority> {
    let mut keyring = Keyring::new(config.secret()?);
    if let Some(file) = &config.jwks {
        let shown = file.display();
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("jwks: {shown} cannot be read"))?;
        keyring = keyring.with_jwks(&text).map_err(|why| anyhow!("jwks: {shown} {why}"))?;
    }
    Ok(Authority::new(store, keyring, config.tokens.clone(), &config.limits)?)
}

/// Every shard's own sockets.
type Sockets = Vec<Vec<(Arc<Entrance>, TcpListener)>>;

/// Every entrance and its real address.
type Entrances = Vec<(Arc<Entrance>, SocketAddr)>;

/// The entrances with their addresses, and every shard's own sockets for them.
fn entrances(
    config: &Config,
    shards: u16,
    engines: impl Fn(&Config, &Listener) -> anyhow::Result<Vec<Engine>>,
) -> anyhow::Result<(Entrances, Sockets)> {
    let mut entrances = Vec::new();
    let mut sockets: Sockets = (0..shards).map(|_| Vec::new()).collect();
    for (index, listener) in config.listen.iter().enumerate() {
        let entrance = Arc::new(Entrance {
            index,
            dialect: listener.dialect,
            tenant: listener.tenant.clone(),
            gym: config.gym.endpoint(),
            engines: engines(config, listener)?,
            open: AtomicUsize::new(0),
            open_max: config.limits.connections_max,
            flow: flow(config, listener.dialect),
        });
        let listeners = shard::listen(listener.address, shards).with_context(|| {
            format!("cannot listen on {} for {}", listener.address, entrance.dialect.name())
        })?;
        let address = listeners.first().map_or(Ok(listener.address), TcpListener::local_addr)?;
        for (sockets, listener) in sockets.iter_mut().zip(listeners) {
            sockets.push((entrance.clone(), listener));
        }
        entrances.push((entrance, address));
    }
    Ok((entrances, sockets))
}

/// How fast messages are taken. The gym's and the church's contract name rates of their own, each
/// with its own answer to the excess (gym G10.2, church 11.4).
fn flow(config: &Config, dialect: Dialect) -> Flow {
    match dialect {
        Dialect::Native => config.limits.flow(),
        Dialect::Gym | Dialect::Church => Flow::default(),
    }
}

/// The HTTP service of one entrance: its REST, what is live over HTTP, and an app's own pages.
fn service(api: Api, live: Live, pages: Option<&Path>) -> Router {
    let dialect = api.dialect;
    let routes = api::router(api, transport::routes(dialect));
    let routes = match dialect {
        Dialect::Native => routes.route("/", get(ui::page)),
        Dialect::Gym | Dialect::Church => routes,
    };
    let routes = live.entrance.engines.iter().fold(routes, |routes, engine| {
        let service = any(transport::engineio::answer)
            .options(transport::engineio::preflight)
            .layer(Extension(engine.clone()));
        routes.route(engine.path, service)
    });
    let routes = routes.layer(Extension(live));
    match pages {
        Some(directory) => ui::beside(routes, directory),
        None => routes,
    }
}

/// What Engine.IO a listener serves.
fn engines(config: &Config, listener: &Listener) -> anyhow::Result<Vec<Engine>> {
    if listener.dialect != Dialect::Church {
        return Ok(Vec::new());
    }
    let mut digest = Sha256::new();
    // A key of its own, made of the one secret that outlives a restart.
    digest.update(b"rollcall church private id");
    digest.update(config.secret()?.expose());
    let seal = church::Seal::new(digest.finalize().into());
    let endpoint = Arc::new(church::Endpoint::new(seal, listener.trust_handshake));
    let settings =
        engineio::Settings { ping_timeout_ms: church::PING_TIMEOUT_MS, ..Default::default() };
    let begin = move |opening| -> Box<dyn Conversation> {
        let nonce = clock::random_bytes();
        Box::new(Church::new(endpoint.clone(), opening, nonce, clock::now()))
    };
    Ok(vec![Engine { path: "/socket.io/", settings: Arc::new(settings), begin: Arc::new(begin) }])
}

impl Running {
    /// Where which dialect is spoken; port 0 has become a real one.
    #[must_use]
    pub fn addresses(&self) -> &[(Dialect, SocketAddr)] {
        &self.addresses
    }

    /// The entrance to the log, for whoever runs the program within their own.
    #[must_use]
    pub fn submitter(&self) -> Submitter {
        self.submitter.clone()
    }

    /// Runs until the system asks the program to stop, then stops in order.
    ///
    /// # Errors
    /// The system does not say when to stop.
    pub fn until_stopped(self) -> anyhow::Result<()> {
        self.runtime.block_on(asked_to_stop())?;
        self.stop();
        Ok(())
    }

    /// Stops in order (gym G6.7): no new connections, every client told within the drain, the
    /// last commits kept.
    pub fn stop(self) {
        tracing::info!(drain_ms = self.drain_ms, "stopping");
        self.health.stop();
        self.shards.close_doors();
        for shard in (0u16..).take(self.hub.len()) {
            self.hub.tell(shard, Inbound::Drain(self.drain_ms));
        }
        let wait = Duration::from_millis(self.drain_ms) + STOP_WAIT;
        self.runtime.block_on(async {
            // Whoever has not left by then is cut off; nothing acknowledged is lost by that.
            let _ = tokio::time::timeout(wait, empty(&self.hub)).await;
        });
        self.runtime.shutdown_timeout(Duration::from_secs(1));
        tracing::info!("stopped");
    }
}

async fn empty(hub: &Hub) {
    let open = || hub.gauges().map(|gauge| gauge.connections.load(Ordering::Relaxed)).sum::<i64>();
    while open() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn asked_to_stop() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}
