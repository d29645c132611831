//! The program's own probe: every few seconds a write, its delivery to every shard, and a read.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use rollcall_core::{
    command::{Ask, By, Command},
    facts::{Key, Row},
    id::{DocumentId, DocumentKind, TenantId},
    people::{Settings, Tenant},
    position::{Epoch, Position},
    time::Zone,
};
use rollcall_store::{Loaded, Store};
use tokio::{runtime::Runtime, sync::Mutex};

use crate::{
    clock,
    control::{Control, look},
    shard::Inbound,
};

/// The tenant that the probe writes to. Names that begin with a dot are nobody's.
const TENANT: &str = ".probe";

/// Between two probes.
const INTERVAL: Duration = Duration::from_secs(3);

/// How long one probe may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Milliseconds after which the last success counts no more.
const STALE_MS: i64 = 8_000;

/// How the program is, by its own probe. Cheap to clone.
#[derive(Clone)]
pub struct Health {
    control: Control,
    /// When the last probe succeeded, in milliseconds; 0 if it failed.
    well_at: Arc<AtomicI64>,
    /// Whether the program is on its way out.
    stopping: Arc<AtomicBool>,
    /// Held by a probe, whose log nobody else must begin anew.
    probing: Arc<Mutex<()>>,
}

/// Events of the probe's log, after which it is begun anew: three quarters of an hour.
const EVENTS_MAX: u64 = 1_000;

/// Prepares the probe's tenant.
///
/// # Errors
/// The store does not work.
pub fn start(control: &Control) -> anyhow::Result<Health> {
    begin_log(&*control.store)?;
    Ok(Health {
        control: control.clone(),
        well_at: Arc::default(),
        stopping: Arc::default(),
        probing: Arc::default(),
    })
}

/// Makes the probe's tenant anew, so that its log stays short.
fn begin_log(store: &dyn Store) -> anyhow::Result<()> {
    let tenant = Tenant {
        id: TENANT.into(),
        name: "The program's own probe".into(),
        time_zone: Zone::utc(),
        settings: Settings::default(),
    };
    let rows = vec![Row::Tenant(Arc::new(tenant))];
    let epoch = Epoch(clock::random_u32());
    let loaded = store.load(&TENANT.into(), epoch, rows, true, clock::now());
    let Loaded::Done(_) = loaded.context("the store does not work")? else {
        anyhow::bail!("the store kept the probe of another program that runs on the same data");
    };
    Ok(())
}

impl Health {
    /// Whether the last probe succeeded, not long ago, and the program is not about to stop.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let fresh = clock::now().millis() - self.well_at.load(Ordering::Relaxed) < STALE_MS;
        fresh && !self.is_stopping()
    }

    /// To be told at a planned stop: from now on the program is not well, whoever asks should go
    /// elsewhere, and a probe that finds a shard gone has found nothing wrong.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Probes for as long as the runtime lives; returns once the first probe has succeeded or
    /// failed.
    pub fn begin(&self, runtime: &Runtime) {
        runtime.block_on(self.probe());
        let health = self.clone();
        runtime.spawn(async move {
            while !health.is_stopping() {
                tokio::time::sleep(INTERVAL).await;
                health.probe().await;
            }
        });
    }

    /// Probes once and remembers whether it went well.
    pub async fn probe(&self) {
        let _alone = self.probing.lock().await;
        match tokio::time::timeout(PATIENCE, self.attempt()).await {
            Ok(Ok(position)) => {
                self.well_at.store(clock::now().millis(), Ordering::Relaxed);
                self.control.metrics.well(true);
                if position.offset.0 >= EVENTS_MAX {
                    self.begin_log().await;
                }
                return;
            }
            // Shards leave one after the other.
            _ if self.is_stopping() => return,
            Ok(Err(error)) => tracing::error!(%error, "the program's own probe failed"),
            Err(_) => tracing::error!("the program's own probe took too long"),
        }
        self.well_at.store(0, Ordering::Relaxed);
        self.control.metrics.well(false);
    }

    /// Begins the log anew between two probes: it takes no longer than one, and until then the last
    /// success counts.
    async fn begin_log(&self) {
        let store = self.control.store.clone();
        let begun = tokio::task::spawn_blocking(move || begin_log(&*store)).await;
        // The old log goes on, and this is tried again after the next probe.
        if let Ok(Err(error)) = begun {
            tracing::error!(%error, "the log of the program's own probe could not be begun anew");
        }
    }

    /// A write, its delivery to every shard, a read; where the log stands then.
    async fn attempt(&self) -> anyhow::Result<Position> {
        let (kind, id) = (DocumentKind::new("probe"), DocumentId::new("probe"));
        // The same content again would be no event.
        let written = serde_json::Value::from(clock::fresh_id());
        let data = serde_json::Map::from_iter([("written".to_owned(), written.clone())]);
        let command =
            Command::PutDocument { kind: kind.clone(), id: Some(id.clone()), data, seen: None };
        let (tenant, fresh) = (TenantId::new(TENANT), clock::fresh_id());
        let ask = Ask { tenant: tenant.clone(), by: By::System, id: None, command, fresh };
        let answer = self.control.submitter.submit_and_wait(ask).await?;
        self.delivered(answer.position).await?;
        let store = self.control.store.clone();
        let read = tokio::task::spawn_blocking(move || {
            look(&*store, &tenant, |view| view.row(&Key::Document(kind, id)))
        });
        match read.await?? {
            Some(Row::Document(document)) if document.data.get("written") == Some(&written) => {
                Ok(answer.position)
            }
            _ => anyhow::bail!("what was written could not be read"),
        }
    }

    /// Asks every shard how far the probe's tape has come; the answer stands behind the event in
    /// the shard's inbox, just as a member's delivery does.
    async fn delivered(&self, Position { epoch, offset }: Position) -> anyhow::Result<()> {
        for shard in (0u16..).take(self.control.hub.len()) {
            let (told, heard) = tokio::sync::oneshot::channel();
            let inbound = Inbound::Probe { tenant: TENANT.into(), epoch, head: told };
            self.control.hub.tell_soon(shard, inbound).await;
            let head = heard.await.with_context(|| format!("shard {shard} does not answer"))?;
            // The first probe of a log finds no tape yet: it has just been asked for.
            anyhow::ensure!(
                head.is_none_or(|head| head >= offset),
                "shard {shard} has not got the event"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rollcall_core::position::Offset;

    use super::*;
    use crate::api::testing::House;

    #[tokio::test]
    async fn the_probes_log_stays_short_and_the_program_well() {
        let house = House::open().await;
        let Health { control, .. } = &house.api.health;
        let position =
            || look(&*control.store, &TENANT.into(), |view| Ok(view.position())).unwrap();
        let (first, mut longest) = (position(), Offset(0));
        for _ in 0..EVENTS_MAX + 10 {
            house.api.health.well_at.store(0, Ordering::Relaxed);
            house.api.health.probe().await;
            assert!(house.api.health.is_well());
            longest = longest.max(position().offset);
        }
        assert_ne!(position().epoch, first.epoch);
        assert!(longest.0 < EVENTS_MAX && position().offset.0 < 20, "{longest:?}");
    }

    /// A program whose one shard is gone, and which was well a moment ago.
    async fn without_its_shard() -> Health {
        let house = House::open().await;
        house.api.health.probe().await;
        assert!(house.api.health.is_well());
        let mut health = house.api.health.clone();
        health.control.hub = crate::shard::Hub::new(1).0;
        health
    }

    #[tokio::test]
    async fn a_probe_that_fails_makes_the_program_unwell_at_once_until_the_next_that_works() {
        let health = without_its_shard().await;
        let whole = Health { control: House::open().await.api.control, ..health.clone() };
        health.probe().await;
        assert!(!health.is_well(), "the success before does not count any more");
        whole.probe().await;
        assert!(health.is_well());
    }

    #[tokio::test]
    async fn a_probe_that_meets_a_planned_stop_is_no_error() {
        let health = without_its_shard().await;
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        let _listening = tracing::subscriber::set_default(subscriber);
        health.probe().await;
        assert!(log.text().contains("ERROR"), "{}", log.text());
        log.0.lock().unwrap().clear();
        health.stop();
        health.probe().await;
        assert_eq!(log.text(), "");
        assert!(!health.is_well(), "whoever asks should go elsewhere");
    }

    /// What is logged, kept.
    #[derive(Clone, Default)]
    struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

    impl Log {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
}
