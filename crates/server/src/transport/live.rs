//! Live over plain HTTP: what Server-Sent Events and long-poll share. hyper serves, a shard feeds.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use axum::http::HeaderMap;
use rollcall_wire::{
    conversation::{Framing, Opening},
    http_head::{self},
};
use tokio::{runtime::Handle, sync::oneshot};

use super::route::{self};
use crate::{
    auth::Origins,
    connection::{Entrance, Place},
    shard::{ConnectionKey, Hub, Inbound, SinkOpener},
};

/// Seconds that a long-poll may wait at most: below what proxies cut.
const WAIT_SECONDS_MAX: u64 = 30;

/// What the live routes of an entrance need.
#[derive(Clone)]
pub struct Live {
    /// Every shard.
    pub hub: Hub,
    /// Where this is.
    pub entrance: Arc<Entrance>,
    /// Who may connect from a browser.
    pub origins: Arc<Origins>,
    /// Where the shards' messages can be sent from.
    pub runtime: Handle,
    next: Arc<AtomicU16>,
}

impl Live {
    /// The live routes of one entrance.
    #[must_use]
    pub fn new(hub: Hub, entrance: Arc<Entrance>, origins: Arc<Origins>, runtime: Handle) -> Self {
        Self { hub, entrance, origins, runtime, next: Arc::default() }
    }

    /// Shards take new connections in turn.
    pub(super) fn shard(&self) -> u16 {
        let shards = u16::try_from(self.hub.len()).unwrap_or(u16::MAX).max(1);
        self.next.fetch_add(1, Ordering::Relaxed) % shards
    }

    pub(super) async fn open(
        &self,
        opening: Opening,
        host: Option<Box<str>>,
        sink: SinkOpener,
    ) -> Option<Guest> {
        let place = Place::take(&self.entrance)?;
        let (opened, key) = oneshot::channel();
        let speaker = self.entrance.clone();
        let inbound = Inbound::Open {
            place,
            host,
            opener: Box::new(move || route::conversation(&speaker, opening)),
            sink,
            opened,
        };
        self.hub.tell_soon(self.shard(), inbound).await;
        let key = key.await.ok()?;
        Some(Guest { key, hub: self.hub.clone(), runtime: self.runtime.clone() })
    }
}

/// A connection that ends when its HTTP answer does.
pub(super) struct Guest {
    pub(super) key: ConnectionKey,
    hub: Hub,
    runtime: Handle,
}

impl Drop for Guest {
    fn drop(&mut self) {
        let (hub, key) = (self.hub.clone(), self.key);
        self.runtime.spawn(async move { hub.tell_soon(key.shard, Inbound::Gone(key)).await });
    }
}

/// What an SSE or poll request asks for.
pub(super) struct Asked {
    pub(super) opening: Opening,
    pub(super) host: Option<Box<str>>,
    pub(super) wait: Duration,
}

/// A header's value, if it is text.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

pub(super) fn asked(framing: Framing, query: Option<&str>, headers: &HeaderMap) -> Asked {
    let text = |name: &str| text(headers, name);
    let pairs: Vec<_> = query
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter_map(|(name, value)| {
            let value = value.replace('+', " ");
            Some((name, http_head::percent_decode(&value)?.into_owned()))
        })
        .collect();
    let one = |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone());
    let bearer = text("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let token = bearer
        .map(Into::into)
        .or_else(|| cookie(text("cookie")?, route::COOKIE))
        .or_else(|| one("token"));
    let last_id = text("last-event-id").filter(|id| !id.is_empty()).map(Into::into);
    let wait_seconds = one("wait").and_then(|wait| wait.parse().ok()).unwrap_or(WAIT_SECONDS_MAX);
    Asked {
        opening: Opening {
            framing,
            token,
            rooms: pairs.iter().filter(|(n, _)| *n == "room").map(|(_, v)| v.clone()).collect(),
            after: last_id.or_else(|| one("after")).filter(|after| !after.is_empty()),
        },
        host: text("host").map(Into::into),
        wait: Duration::from_secs(wait_seconds.min(WAIT_SECONDS_MAX)),
    }
}

/// A cookie's value in a `Cookie` header, whatever the spacing.
pub(super) fn cookie(header: &str, wanted: &str) -> Option<String> {
    header.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name.trim() == wanted).then(|| value.trim().to_owned())
    })
}
